import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestPoint, type KeystrokePoint, Typist } from '../../extension/evaluation/keystrokes.ts';
import type { GeneratedLine } from '../../extension/evaluation/lineGenerator.ts';

const encoder = new TextEncoder();

/** [text, product of the probabilities with it] for each token */
function line(...tokens: readonly (readonly [string, number])[]): GeneratedLine {
  let text = '';
  const ends = tokens.map(([token]) => encoder.encode((text += token)).length);
  return {
    bytes: encoder.encode(text),
    ends,
    probabilities: tokens.map(([, probability]) => probability),
    complete: true,
  };
}

const nothing = line();

function pointAt(threshold: number, curve: readonly KeystrokePoint[]): KeystrokePoint {
  return curve.find((point) => point.threshold === threshold)!;
}

describe('the typist', () => {
  it('types `return x;` by hand: one acceptance, one wrong suggestion that stays while it agrees, one that is too short', () => {
    const asked: number[] = [];
    const suggestions: Readonly<Record<number, GeneratedLine>> = {
      // `re` would be accepted; `reader` is what .5 and less show: wrong, and agreed with for two keys.
      0: line(['re', 0.8], ['ader', 0.5]),
      2: line(['turn', 0.9], [' x', 0.6], [';', 0.3]),
      6: line([' ', 0.7]),
      7: line(['y', 0.9], [';', 0.9]),
      8: nothing,
    };
    const typist = new Typist();
    typist.type(encoder.encode('return x;'), (at) => {
      asked.push(at);
      return suggestions[at] ?? nothing;
    });
    const { curve } = typist;
    // .95: nothing is ever shown. Nine keys.
    expect(pointAt(0.95, curve)).toMatchObject({ saved: 0, acceptance: 0, wrongPer1000: 0 });
    // .9: nothing at 0; r, e; `turn` accepted (1 key); at 6 too short: ' '; at 7 `y;` wrong: x, then `;`. 2 + 1 + 1 + 2 = 6 keys.
    expect(pointAt(0.9, curve)).toMatchObject({ saved: 3 / 9, acceptance: 1 / 2 });
    expect(pointAt(0.9, curve).wrongPer1000).toBeCloseTo(1_000 / 9, 9);
    // .6: `re` accepted; `turn x` accepted; `;`. 3 keys of 9.
    expect(pointAt(0.6, curve)).toMatchObject({ saved: 6 / 9, acceptance: 1, wrongPer1000: 0 });
    // .5: `reader` is wrong and agreed with up to `re`, so `turn` is not asked for; `y;` is wrong, too. 9 keys.
    expect(pointAt(0.5, curve)).toMatchObject({ saved: 0, acceptance: 0 });
    expect(pointAt(0.5, curve).wrongPer1000).toBeCloseTo(2_000 / 9, 9);
    expect(asked).toEqual([...new Set(asked)]);
  });

  it('asks for half the doubt in a string or a comment', () => {
    const typist = new Typist();
    // .7 is enough for .4 (.7 in prose), too little for .5 (.75).
    typist.type(encoder.encode('word'), () => ({ ...line(['word', 0.7]), isProse: true }));
    const { curve } = typist;
    expect(pointAt(0.4, curve).saved).toBe(3 / 4);
    expect(pointAt(0.5, curve).saved).toBe(0);
    expect(pointAt(0.5, curve).acceptance).toBe(0);
  });

  it('keeps a wrong suggestion on show while what is typed agrees with it, and asks anew where it no longer does', () => {
    const typist = new Typist();
    const asked: number[] = [];
    typist.type(encoder.encode('abcd'), (at) => {
      asked.push(at);
      return at === 0 ? line(['abX', 1]) : at === 3 ? line(['dd', 1]) : nothing;
    });
    // At 0 `abX` is shown; behind a and b it still agrees; behind c it does not; at 3 `dd` is shown, wrong again.
    expect(asked).toEqual([0, 3]);
    expect(pointAt(0.95, typist.curve)).toMatchObject({ saved: 0, acceptance: 0, wrongPer1000: 500 });
  });

  it('counts characters, not bytes, and never cuts one', () => {
    const typist = new Typist();
    const bytes = encoder.encode('漢字かな');
    // The token ends in the middle of the third character.
    typist.type(bytes, (at) => ({
      bytes: bytes.subarray(at),
      ends: [7, bytes.length],
      probabilities: [0.8, 0.05],
      complete: true,
    }));
    // `漢字` with one key, then as much again: か and な are left, of which seven bytes are both. 2 keys of 4.
    expect(pointAt(0.8, typist.curve)).toMatchObject({ saved: 2 / 4, acceptance: 1 });
  });

  it('saves all but one key of a line that is foreseen, none of one that is not, and never a negative share', () => {
    const word = fc.string({ minLength: 2, maxLength: 12, unit: fc.constantFrom('a', 'b', 'é', '(') });
    fc.assert(
      fc.property(word, fc.func(word), (text, guess) => {
        const content = encoder.encode(text);
        const typist = new Typist();
        typist.type(content, () => line([text, 0.97]));
        expect(pointAt(0.95, typist.curve)).toMatchObject({
          saved: ([...text].length - 1) / [...text].length,
        });
        const other = new Typist();
        other.type(content, (at) => line([guess(at), 0.5]));
        for (const point of other.curve) {
          expect(point.saved).toBeGreaterThanOrEqual(0);
          expect(point.saved).toBeLessThan(1);
          if (point.threshold > 0.5) expect(point.saved).toBe(0);
        }
      }),
    );
  });
});

describe('the point that counts', () => {
  const point = (saved: number, acceptance: number): KeystrokePoint => ({
    threshold: 0,
    saved,
    acceptance,
    wrongPer1000: 0,
  });

  it('saves most of those with half of the suggestions accepted', () => {
    expect(bestPoint([point(0.4, 0.49), point(0.3, 0.5), point(0.2, 0.9)])).toEqual(point(0.3, 0.5));
    expect(bestPoint([point(0.4, 0.49)])).toBe(null);
  });
});
