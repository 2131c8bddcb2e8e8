import { expect, it } from 'vitest';
import { PrecedentTally } from '../../extension/statistics/precedentTally.ts';
import {
  countedPrecedent,
  fromStored,
  noStatistics,
  toStored,
} from '../../extension/statistics/statistics.ts';
import { type Outcome, SuggestionTracker } from '../../extension/statistics/tracker.ts';

it('counts a suggestion once when it is shown, and once when it is accepted, however often a part of it is', () => {
  const tally = new PrecedentTally();
  tally.judged(1, true);
  tally.judged(2, false);
  const outcomes: Outcome[] = [
    { type: 'shown', first: 1 },
    { type: 'partlyAccepted', first: 1, characters: 3, isFirstPart: true },
    { type: 'partlyAccepted', first: 1, characters: 3, isFirstPart: false },
    { type: 'accepted', first: 2, characters: 3 },
    { type: 'shown', first: 2 },
    { type: 'shown', first: 3 },
    { type: 'kept', afterMs: 30_000, inserted: 1, kept: 1 },
  ];
  expect(outcomes.map((outcome) => tally.add(outcome))).toEqual([
    { side: 'without', shown: 1, accepted: 0 },
    { side: 'without', shown: 0, accepted: 1 },
    null,
    { side: 'with', shown: 1, accepted: 1 },
    null,
    null,
    null,
  ]);
});

it('follows what is on screen by the first that was offered there, whatever was offered behind it', () => {
  const tally = new PrecedentTally();
  let statistics = noStatistics(0);
  const tracker = new SuggestionTracker((outcome) => {
    const counted = tally.add(outcome);
    if (counted !== null) statistics = countedPrecedent(statistics, counted);
  });
  const offer = { uri: 'a', start: 0, typed: '', full: 'total', given: 0 };
  const [first] = tracker.offered([offer], 0);
  tally.judged(first!, true);
  const [again] = tracker.offered([offer], 10);
  tracker.documentChanged({ uri: 'a', changes: [{ offset: 0, length: 0, text: 'total' }] }, 1_000);
  tracker.accepted(again!, 1_001);
  expect(statistics.precedents).toEqual({
    with: { shown: 0, accepted: 0 },
    without: { shown: 1, accepted: 1 },
  });
});

it('is kept with the statistics; what was kept before there was such a record is read all the same', () => {
  const statistics = countedPrecedent(noStatistics(5), { side: 'with', shown: 1, accepted: 1 });
  expect(fromStored(JSON.parse(JSON.stringify(toStored(statistics))))).toEqual(statistics);
  const { precedents: _, ...older } = toStored(statistics) as Record<string, unknown>;
  expect(fromStored(older)).toEqual(noStatistics(5));
  for (const broken of [1, { with: { shown: -1, accepted: 0 }, without: { shown: 0, accepted: 0 } }]) {
    expect(fromStored({ ...older, precedents: broken })).toEqual(noStatistics(5));
  }
});
