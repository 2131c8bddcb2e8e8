import { describe, expect, it } from 'vitest';
import { type Offer, offerOf } from '../../extension/statistics/offer.ts';
import { counted, noStatistics } from '../../extension/statistics/statistics.ts';
import { type Outcome, SuggestionTracker } from '../../extension/statistics/tracker.ts';

const uri = 'file:///a.ts';
const other = 'file:///b.ts';

/** `typed|own` on a line that begins at 100 */
function offer(typed: string, own: string, place = uri): Offer {
  return { uri: place, start: 100, typed, full: typed + own, given: typed.length };
}

function setUp() {
  const outcomes: Outcome[] = [];
  const tracker = new SuggestionTracker((outcome) => outcomes.push(outcome));
  const offered = (atMs: number, ...offers: readonly [Offer, ...Offer[]]): number =>
    tracker.offered(offers, atMs)[0]!;
  const changed = (atMs: number, offset: number, length: number, text: string, place = uri): void =>
    tracker.documentChanged({ uri: place, changes: [{ offset, length, text }] }, atMs);
  const types = (): string[] => outcomes.map(({ type }) => type);
  return { tracker, outcomes, offered, changed, types };
}

describe('a suggestion', () => {
  it('that is accepted was shown, and saves all of its own characters but the key', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, offer('const ', 'value = 1;'));
    // The editor replaces the line so far.
    changed(900, 100, 6, 'const value = 1;');
    tracker.cursorMoved(uri, 116, 900);
    tracker.accepted(id, 901);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 10 },
    ]);
  });

  it('that is accepted as an insertion behind the cursor counts the same', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, offer('const ', 'value = 1;'));
    changed(100, 106, 0, 'value = 1;');
    tracker.accepted(id, 101);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 10 },
    ]);
  });

  it('that is typed by hand to its end was shown once, neither accepted nor rejected', () => {
    const { offered, changed, types } = setUp();
    offered(0, offer('', 'abc'));
    changed(300, 100, 0, 'a');
    // Each key asks again, and the same text comes.
    offered(310, offer('a', 'bc'));
    changed(600, 101, 0, 'b');
    offered(610, offer('ab', 'c'));
    changed(900, 102, 0, 'c');
    expect(types()).toEqual(['shown']);
  });

  it('stays on screen while the text agrees with it, whatever else is offered', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, offer('', 'first text'));
    changed(100, 100, 0, 'f');
    offered(110, offer('f', 'ish'));
    changed(200, 100, 1, 'first text');
    tracker.accepted(id, 201);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 9 },
    ]);
  });

  it('that is gone within 750 ms was not shown', () => {
    const { tracker, offered, types } = setUp();
    offered(0, offer('', 'text'));
    tracker.cursorMoved(uri, 300, 749);
    expect(types()).toEqual([]);
    offered(1_000, offer('', 'text'));
    tracker.cursorMoved(uri, 300, 1_750);
    expect(types()).toEqual(['shown']);
  });

  it('is rejected when something else is typed in its place, and says what, where, how far it was typed and after how long', () => {
    const { outcomes, offered, changed } = setUp();
    const id = offered(0, offer('let ', 'value'));
    changed(500, 104, 0, 'v');
    changed(1_000, 105, 0, 'x');
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'rejected', id, uri, offset: 104, text: 'value', typed: 1, shownMs: 1_000 },
    ]);
  });

  it('is not rejected by who takes back what was typed, and agrees again with less of it', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, offer('let v', 'alue'));
    changed(100, 104, 1, '');
    changed(200, 100, 4, 'let value');
    tracker.accepted(id, 201);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 4 },
    ]);
  });

  it('agrees with a bracket that the editor closes by itself', () => {
    const { outcomes, offered, changed } = setUp();
    offered(0, offer('call', '(value)'));
    changed(100, 104, 0, '()');
    expect(outcomes).toEqual([]);
    changed(200, 105, 0, 'x');
    expect(outcomes).toMatchObject([{ type: 'rejected', text: '(value)' }]);
  });

  it('of which a word is accepted is accepted in part, and the rest may follow', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, offer('', 'return value;'));
    changed(100, 100, 0, 'return');
    expect(outcomes).toEqual([
      { type: 'partlyAccepted', first: 1, characters: 6, isFirstPart: true },
      { type: 'shown', first: 1 },
    ]);
    changed(200, 100, 6, 'return value;');
    tracker.accepted(id, 201);
    expect(outcomes.slice(2)).toEqual([{ type: 'accepted', first: 1, characters: 7 }]);
  });

  it('is accepted in part once, however many of its words are accepted one by one, and each saves its keys', () => {
    const { outcomes, offered, changed } = setUp();
    offered(0, offer('', 'one two six ten;'));
    ['one', ' two', ' six', ' ten'].reduce((at, word, i) => {
      changed(100 * (i + 1), at, 0, word);
      offered(100 * (i + 1) + 10, offer('one two six ten'.slice(0, at + word.length - 100), ' and more'));
      return at + word.length;
    }, 100);
    const { shown, partlyAccepted, acceptedCharacters, savedKeystrokes } = outcomes.reduce(
      counted,
      noStatistics(0),
    );
    expect({ shown, partlyAccepted, acceptedCharacters, savedKeystrokes }).toEqual({
      shown: 1,
      partlyAccepted: 1,
      acceptedCharacters: 15,
      savedKeystrokes: 15 - 4,
    });
    // The next one is another.
    changed(1_000, 115, 0, 'x');
    offered(1_010, offer('', 'one more word'));
    changed(1_100, 100, 0, 'one');
    expect(outcomes.filter(({ type }) => type === 'partlyAccepted').at(-1)).toMatchObject({
      isFirstPart: true,
    });
  });

  it('that goes on with an entry of the list of suggestions does not own the entry', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, { uri, start: 100, typed: 'cons', full: 'console.log();', given: 7 });
    changed(100, 100, 4, 'console');
    expect(outcomes).toEqual([]);
    changed(200, 100, 7, 'console.log();');
    tracker.accepted(id, 201);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 7 },
    ]);
  });

  describe('whose line moves outwards', () => {
    /** `else:` where eight blanks stand and four belong */
    const outwards = offerOf({ uri, start: 100, typed: ' '.repeat(8), full: '    else:', given: 8 })!;

    it.each([
      ['the whole line', 100, 8, '    else:'],
      ['only what differs', 104, 4, 'else:'],
    ])('owns what stands behind its indentation, accepted in exchange for %s', (_, offset, length, text) => {
      const { tracker, outcomes, offered, changed } = setUp();
      const id = offered(0, outwards);
      changed(900, offset, length, text);
      tracker.accepted(id, 901);
      expect(outcomes).toEqual([
        { type: 'shown', first: 1 },
        { type: 'accepted', first: 1, characters: 5 },
      ]);
    });

    it('is rejected by who types something else, and not by who begins to type it further in', () => {
      const { outcomes, offered, changed } = setUp();
      offered(0, outwards);
      changed(1_000, 108, 0, 'e');
      offered(2_000, outwards);
      changed(3_000, 108, 0, 'x');
      const text = 'else:';
      const rejected = { type: 'rejected', id: 2, uri, offset: 108, text, typed: 0, shownMs: 1_000 };
      expect(outcomes).toEqual([{ type: 'shown', first: 1 }, { type: 'shown', first: 2 }, rejected]);
    });

    it('is nothing that is followed where more than indentation would go', () => {
      expect(offerOf({ uri, start: 100, typed: 'x  ', full: 'else:', given: 3 })).toBeNull();
      expect(offerOf({ uri, start: 100, typed: '\t', full: '    else:', given: 1 })).toBeNull();
    });
  });

  it('may be one of several, and the first is rejected only where none agrees', () => {
    const { tracker, outcomes, changed } = setUp();
    const [, second] = tracker.offered([offer('', 'first'), offer('', 'second')], 0);
    changed(100, 100, 0, 'second');
    tracker.accepted(second!, 101);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 6 },
    ]);
  });

  it('moves with text that comes before it, and knows nothing of another document', () => {
    const { tracker, outcomes, offered, changed } = setUp();
    const id = offered(0, offer('a', 'bcd'));
    changed(100, 10, 0, '12345');
    changed(150, 100, 1, 'zzz', other);
    changed(200, 105, 1, 'abcd');
    tracker.accepted(id, 201);
    expect(outcomes).toEqual([
      { type: 'shown', first: 1 },
      { type: 'accepted', first: 1, characters: 3 },
    ]);
  });

  it('ends when another document is looked at', () => {
    const { tracker, offered, types } = setUp();
    offered(0, offer('a', 'bcd'));
    tracker.cursorMoved(other, 101, 800);
    expect(types()).toEqual(['shown']);
  });
});

describe('accepted text', () => {
  /** `x = 1;` accepted at 0 ms, from 100 on */
  function accepted() {
    const all = setUp();
    const id = all.offered(0, offer('', 'x = 1;'));
    all.changed(0, 100, 0, 'x = 1;');
    all.tracker.accepted(id, 0);
    all.outcomes.length = 0;
    return all;
  }
  const look = (afterMs: number, kept: number): Outcome => ({ type: 'kept', afterMs, inserted: 6, kept });

  it('is looked at after 30 s and after 5 min, as it was then', () => {
    const { tracker, outcomes, changed } = accepted();
    expect(tracker.isWaiting).toBe(true);
    // Nobody says that 30 s are over before the text changes at 40.
    changed(40_000, 104, 1, '200');
    expect(outcomes).toEqual([look(30_000, 6)]);
    tracker.advance(300_000);
    expect(outcomes).toEqual([look(30_000, 6), look(300_000, 5)]);
    expect(tracker.isWaiting).toBe(false);
  });

  it('that is undone is not kept', () => {
    const { tracker, outcomes, changed } = accepted();
    changed(1_000, 100, 6, '');
    tracker.advance(30_000);
    expect(outcomes).toEqual([look(30_000, 0)]);
  });

  it('that is undone and done again is kept', () => {
    const { tracker, outcomes, changed } = accepted();
    changed(1_000, 100, 6, '');
    changed(2_000, 100, 0, 'x = 1;');
    tracker.advance(30_000);
    expect(outcomes).toEqual([look(30_000, 6)]);
  });

  it('of two documents is looked at in each', () => {
    const { tracker, outcomes, offered, changed } = accepted();
    const id = offered(5_000, offer('', 'y = 2;', other));
    changed(5_000, 100, 0, 'y = 2;', other);
    tracker.accepted(id, 5_001);
    changed(6_000, 100, 6, '', other);
    outcomes.length = 0;
    tracker.advance(35_000);
    expect(outcomes).toEqual([look(30_000, 6), look(30_000, 0)]);
  });
});
