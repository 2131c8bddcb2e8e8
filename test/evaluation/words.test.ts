import { describe, expect, it } from 'vitest';
import { heldOutText } from '../../extension/evaluation/heldOutText.ts';
import { chooseLines } from '../../extension/evaluation/lines.ts';
import { WordTypist } from '../../extension/evaluation/words.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';

const encoder = new TextEncoder();

/** Types all lines of `text` with the words of `others`. */
function typed(text: string, others: Readonly<Record<string, string>>): WordTypist['saved'] {
  const bytes = encoder.encode(text);
  const heldOut = heldOutText(trainTokenizer([bytes], 260), 'typed.ts', bytes, null);
  const texts = Object.entries(others).map(([path, content]) => ({ path, bytes: encoder.encode(content) }));
  const typist = new WordTypist(texts);
  typist.text(heldOut, chooseLines([heldOut], { typedLines: 1_000, cursorsPerKind: 0 }, 1)[0]!);
  return typist.saved;
}

describe('the typist with suggestions of words', () => {
  it('accepts the rest of a word of the document with one key, once the word is begun', () => {
    // The first line by hand: 11 keys. Of the second `v`, then one key for `alueList`: 2 keys of 9.
    expect(typed('valueList()\nvalueList', {})).toEqual({ share: 7 / 20, wordsOf: 'document' });
  });

  it('is offered the first by the alphabet, and goes on by hand while another is offered', () => {
    // `v`: `valley` is offered; `va`, `val`: still; `valu`: `valueList`, and one key more. 4 + 1 keys of 9, 6 + 11 by hand.
    expect(typed('valley\nvalueList()\nvalueList', {}).share).toBeCloseTo(4 / 26, 12);
  });

  it('knows nothing of what stands behind the cursor, nor the word that is being typed', () => {
    expect(typed('valueList', {}).share).toBe(0);
    expect(typed('valueOther\n1', {}).share).toBe(0);
  });

  it('knows words of documents of the same language, where that is better, and of no others', () => {
    expect(typed('valueList', { 'a.ts': 'valueList' })).toEqual({ share: 7 / 9, wordsOf: 'workspace' });
    expect(typed('valueList', { 'a.py': 'valueList' }).share).toBe(0);
    // Many words of others only stand in the way.
    const others = { 'a.ts': 'va vab vac valuable valueLess' };
    expect(typed('valueList()\nvalueList', others)).toEqual({ share: 7 / 20, wordsOf: 'document' });
  });

  it('offers no numbers and no single character, which would save nothing', () => {
    expect(typed('12345678\n12345678', {}).share).toBe(0);
    expect(typed('ab\nab', {}).share).toBe(0);
  });
});
