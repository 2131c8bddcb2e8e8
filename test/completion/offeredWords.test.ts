import { describe, expect, it } from 'vitest';
import { type OfferedDocument, OfferedWords } from '../../extension/completion/offeredWords.ts';

const words = ['egret', 'heron', 'été'].map((word) => ({ word, typed: 1, probability: 0.5 }));
const left = (offered: OfferedWords, documents: readonly OfferedDocument[]): string[] =>
  offered.beyond(words, documents).map(({ word }) => word);

/** Counts how often its text is read. */
class Text implements OfferedDocument {
  version = 1;
  reads = 0;
  text: string;

  constructor(text: string) {
    this.text = text;
  }

  getText(): string {
    this.reads++;
    return this.text;
  }
}

describe('the words that an editor does not offer by itself', () => {
  it('are those that stand in no document as whole words', () => {
    const texts = ['the egrets, my_heron and heron2', 'un été.'].map((text) => new Text(text));
    expect(left(new OfferedWords(), texts)).toEqual(['egret', 'heron']);
    expect(left(new OfferedWords(), [new Text('egret')])).toEqual(['heron', 'été']);
  });

  it('are found without reading a document again that has not changed, and anew when it has', () => {
    const offered = new OfferedWords();
    const [edited, other] = [new Text('egret'), new Text('heron')];
    expect(left(offered, [edited, other])).toEqual(['été']);
    const { reads } = other;
    edited.text = 'été';
    edited.version = 2;
    expect(left(offered, [edited, other])).toEqual(['egret']);
    expect(left(offered, [edited, other])).toEqual(['egret']);
    // For the one word that the edited document held before, and no longer holds.
    expect(other.reads).toBeLessThanOrEqual(reads + 1);
    const before = edited.reads;
    left(offered, [edited, other]);
    expect(edited.reads).toBe(before);
  });
});
