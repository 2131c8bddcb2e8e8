import { describe, expect, it } from 'vitest';
import type { Suggestion } from '../../extension/completion/suggester.ts';
import { RecentSuggestions } from '../../extension/host/recentSuggestions.ts';

const suggestion = (text: string, change: Partial<Suggestion> = {}): Suggestion => ({
  text,
  replaced: 0,
  dedent: 0,
  acceptance: 0.8,
  made: { tokens: [{ id: text.length, bytes: text, logit: 0, probability: 0.5 }], typed: 2 },
  ...change,
});

describe('a suggestion of which is asked why', () => {
  const recent = new RecentSuggestions();
  const prefix = 'const items = [];\nre';
  recent.add('a.ts', prefix, [suggestion('turn ité;')]);

  it('is found where it is shown, where it is taken, and on the way', () => {
    const back = (taken: string) => recent.at('a.ts', prefix + taken)?.back;
    expect(back('')).toBe(2);
    expect(back('tu')).toBe(4);
    // Bytes: é has two.
    expect(back('turn ité;')).toBe(12);
  });

  it('is not found in another document, at another place, or when something else was typed', () => {
    expect(recent.at('b.ts', prefix)).toBeNull();
    expect(recent.at('a.ts', 'const other = [];\nre')).toBeNull();
    expect(recent.at('a.ts', `${prefix}x`)).toBeNull();
    expect(recent.at('a.ts', `${prefix}turn ité;\n`)).toBeNull();
  });

  it('is found at the beginning of a document only there', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', '', [suggestion('import')]);
    expect(recent.at('a.ts', 'imp')?.back).toBe(5);
    expect(recent.at('a.ts', 'const a = 1;')).toBeNull();
    expect(recent.at('a.ts', 'const a = 1;\nimport')).toBeNull();
  });

  it('of several lines is found in a document with other line ends, too', () => {
    const recent = new RecentSuggestions();
    const before = 'if (a) {\r\n  ';
    recent.add('a.ts', before, [suggestion('b();\n}')]);
    expect(recent.at('a.ts', before)?.back).toBe(2);
    expect(recent.at('a.ts', `${before}b();\r\n}`)?.back).toBe(2 + 7);
  });

  it('is gone when its tokens mean others', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('turn')]);
    recent.clear();
    expect(recent.at('a.ts', prefix)).toBeNull();
  });

  it('is the last one of its place, and of several the one that is shown first', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('old')]);
    recent.add('a.ts', prefix, [suggestion('first'), suggestion('second')]);
    expect(recent.at('a.ts', prefix)?.tokens[0]!.bytes).toBe('first');
    expect(recent.at('a.ts', `${prefix}second`)?.tokens[0]!.bytes).toBe('second');
    expect(recent.at('a.ts', `${prefix}old`)?.tokens[0]!.bytes).toBe('old');
  });

  it('is none whose tokens are not known, or whose line moves to the left', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('turn', { made: null }), suggestion('turn', { dedent: 2 })]);
    expect(recent.at('a.ts', prefix)).toBeNull();
  });

  it('is forgotten when twenty others have come', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('turn')]);
    for (let i = 1; i < 20; i++) recent.add('b.ts', String(i), [suggestion('x')]);
    expect(recent.at('a.ts', prefix)).not.toBeNull();
    recent.add('b.ts', 'one more', [suggestion('x')]);
    expect(recent.at('a.ts', prefix)).toBeNull();
  });
});
