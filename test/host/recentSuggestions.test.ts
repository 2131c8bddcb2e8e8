import { describe, expect, it } from 'vitest';
import type { Suggestion } from '../../extension/completion/suggester.ts';
import { RecentSuggestions } from '../../extension/host/recentSuggestions.ts';

const tokenizer = 'of the model';
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
  recent.add('a.ts', prefix, [suggestion('turn ité;')], tokenizer);

  it('is found where it is shown, where it is taken, and on the way', () => {
    const back = (taken: string) => recent.at('a.ts', prefix + taken, tokenizer)?.back;
    expect(back('')).toBe(2);
    expect(back('tu')).toBe(4);
    // Bytes: é has two.
    expect(back('turn ité;')).toBe(12);
  });

  it('is not found in another document, at another place, or when something else was typed', () => {
    expect(recent.at('b.ts', prefix, tokenizer)).toBeNull();
    expect(recent.at('a.ts', 'const other = [];\nre', tokenizer)).toBeNull();
    expect(recent.at('a.ts', `${prefix}x`, tokenizer)).toBeNull();
    expect(recent.at('a.ts', `${prefix}turn ité;\n`, tokenizer)).toBeNull();
  });

  it('is found at the beginning of a document only there', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', '', [suggestion('import')], tokenizer);
    expect(recent.at('a.ts', 'imp', tokenizer)?.back).toBe(5);
    expect(recent.at('a.ts', 'const a = 1;', tokenizer)).toBeNull();
    expect(recent.at('a.ts', 'const a = 1;\nimport', tokenizer)).toBeNull();
  });

  it('of several lines is found behind some of them', () => {
    const recent = new RecentSuggestions();
    const before = 'if (a) {\n  ';
    recent.add('a.ts', before, [suggestion('b();\n}')], tokenizer);
    expect(recent.at('a.ts', before, tokenizer)?.back).toBe(2);
    expect(recent.at('a.ts', `${before}b();\n}`, tokenizer)?.back).toBe(2 + 6);
  });

  it('is none to a model to which its tokens are others, nor is an older one that it has replaced', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('turn')], tokenizer);
    expect(recent.at('a.ts', prefix, tokenizer)).toMatchObject({ tokenizer, back: 2 });
    expect(recent.at('a.ts', prefix, 'of another model')).toBeNull();
    recent.add('a.ts', prefix, [suggestion('turned')], 'of the counts');
    expect(recent.at('a.ts', prefix, tokenizer)).toBeNull();
    expect(recent.at('a.ts', prefix, 'of the counts')).toMatchObject({ tokenizer: 'of the counts' });
  });

  it('is the last one of its place, and of several the one that is shown first', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('old')], tokenizer);
    recent.add('a.ts', prefix, [suggestion('first'), suggestion('second')], tokenizer);
    expect(recent.at('a.ts', prefix, tokenizer)?.tokens[0]!.bytes).toBe('first');
    expect(recent.at('a.ts', `${prefix}second`, tokenizer)?.tokens[0]!.bytes).toBe('second');
    expect(recent.at('a.ts', `${prefix}old`, tokenizer)?.tokens[0]!.bytes).toBe('old');
  });

  it('is none whose tokens are not known, or whose line moves to the left', () => {
    const recent = new RecentSuggestions();
    recent.add(
      'a.ts',
      prefix,
      [suggestion('turn', { made: null }), suggestion('turn', { dedent: 2 })],
      tokenizer,
    );
    expect(recent.at('a.ts', prefix, tokenizer)).toBeNull();
  });

  it('is forgotten when twenty others have come', () => {
    const recent = new RecentSuggestions();
    recent.add('a.ts', prefix, [suggestion('turn')], tokenizer);
    for (let i = 1; i < 20; i++) recent.add('b.ts', String(i), [suggestion('x')], tokenizer);
    expect(recent.at('a.ts', prefix, tokenizer)).not.toBeNull();
    recent.add('b.ts', 'one more', [suggestion('x')], tokenizer);
    expect(recent.at('a.ts', prefix, tokenizer)).toBeNull();
  });
});
