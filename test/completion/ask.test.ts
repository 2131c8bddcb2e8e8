import { describe, expect, it } from 'vitest';
import { askKind } from '../../extension/completion/ask.ts';
import type { Question } from '../../extension/completion/suggester.ts';

function question(prefix: string, suffix = '\nend', name = 'a.ts'): Question {
  const place = { languageId: 'typescript', prefix, suffix, insertSpaces: true, tabSize: 2, indentSize: 2 };
  return { place, name, isExplicit: false };
}

describe('an ask', () => {
  it('is the first at a place, and a next one where somebody typed on or took back', () => {
    const before = question('const a');
    expect(askKind(null, before)).toBe('first');
    expect(askKind(before, question('const ab'))).toBe('next');
    expect(askKind(before, question('const'))).toBe('next');
    expect(askKind(before, before)).toBe('next');
  });

  it('is the first again in another document, elsewhere in the same one, and behind what was pasted', () => {
    const before = question('const a');
    expect(askKind(before, question('const ab', '\nend', 'b.ts'))).toBe('first');
    expect(askKind(before, question('const a\nlet b', '\n'))).toBe('first');
    expect(askKind(before, question('let b'))).toBe('first');
    expect(askKind(before, question(`const a${'b'.repeat(200)}`))).toBe('first');
  });
});
