import { describe, expect, it } from 'vitest';
import { counted, fromStored, noStatistics, toStored } from '../../extension/statistics/statistics.ts';
import { type Outcome } from '../../extension/statistics/tracker.ts';

const outcomes: readonly Outcome[] = [
  { type: 'shown', first: 1 },
  { type: 'shown', first: 1 },
  { type: 'accepted', first: 1, characters: 10 },
  { type: 'partlyAccepted', first: 1, characters: 4, isFirstPart: true },
  { type: 'rejected', id: 1, uri: 'file:///a', offset: 0, text: 'abc', typed: 0, shownMs: 900 },
  { type: 'rejected', id: 2, uri: 'file:///a', offset: 0, text: 'abc', typed: 0, shownMs: 749 },
  { type: 'kept', afterMs: 30_000, inserted: 10, kept: 8 },
  { type: 'kept', afterMs: 30_000, inserted: 4, kept: 4 },
  { type: 'kept', afterMs: 300_000, inserted: 10, kept: 0 },
];
const statistics = outcomes.reduce(counted, noStatistics(1_000));

describe('statistics', () => {
  it('add up, a key being pressed for each acceptance', () => {
    expect(statistics).toEqual({
      sinceMs: 1_000,
      shown: 2,
      accepted: 1,
      partlyAccepted: 1,
      rejected: 1,
      acceptedCharacters: 14,
      savedKeystrokes: 12,
      precedents: { with: { shown: 0, accepted: 0 }, without: { shown: 0, accepted: 0 } },
      kept: [
        { inserted: 14, kept: 12 },
        { inserted: 10, kept: 0 },
      ],
    });
  });

  it('are read as they were stored', () => {
    expect(fromStored(JSON.parse(JSON.stringify(toStored(statistics))))).toEqual(statistics);
  });

  it('are none where something else is stored', () => {
    const stored = toStored(statistics);
    for (const wrong of [
      undefined,
      null,
      3,
      'text',
      [],
      { ...stored, version: 2 },
      { ...stored, shown: -1 },
      { ...stored, accepted: '1' },
      { ...stored, kept: [{ inserted: 1, kept: 1 }] },
      { ...stored, kept: [null, null] },
    ]) {
      expect(fromStored(wrong)).toBeNull();
    }
  });
});
