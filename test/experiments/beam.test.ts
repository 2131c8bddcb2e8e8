import { describe, expect, it } from 'vitest';
import { LineGenerator } from '../../extension/evaluation/lineGenerator.ts';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { Tokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { OrderOneModel } from '../evaluation/orderOneModel.ts';
import { BeamGenerator, bestShown } from './beam.ts';

const encoder = new TextEncoder();
const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
/** Every byte is a token. */
const tokenizer = new Tokenizer(bytes, []);

/** `a` is followed by `x` more often than by `y`, but by `y` and the line's end more often than by anything as a whole. */
const text = ['ax1', 'ax2', 'ax3', 'ay', 'ay'].map((line) => `${line}\n`.repeat(40)).join('');

function setUp(width: number) {
  const model = new OrderOneModel(tokenizer.vocabSize, tokenizer.endOfText, [
    tokenizer.encode(encoder.encode(text)),
  ]);
  model.begin();
  const agreeing = new AgreeingTokens(tokenizer);
  return {
    greedy: new LineGenerator(model, tokenizer, agreeing),
    beam: new BeamGenerator(model, tokenizer, agreeing, width),
  };
}

const shown = (line: { readonly bytes: Uint8Array }): string => new TextDecoder().decode(line.bytes);

describe('a beam', () => {
  it.each([0, 0.1, 0.3])('of one line is what completions grow, down to a probability of %f', (least) => {
    const { greedy, beam } = setUp(1);
    for (const typed of ['', 'a', 'ax', 'zz']) {
      expect(beam.rests(encoder.encode(typed), least)).toEqual([greedy.rest(encoder.encode(typed), least)]);
    }
  });

  it('of two finds the likelier whole line that begins less likely', () => {
    expect(shown(setUp(1).beam.rests(encoder.encode('a'), 0)[0]!)).toBe('x1');
    expect(shown(setUp(2).beam.rests(encoder.encode('a'), 0)[0]!)).toBe('y');
  });

  it('breaks no word that the gate would not break either', () => {
    const [greedy, beams] = [setUp(1).beam, setUp(4).beam];
    const [alone] = greedy.rests(encoder.encode('a'), 0.1);
    // `x` is what comes next more likely than not, so nothing may end behind `a`, whatever a line of the beam goes on with.
    expect(alone!.withinWord!.slice(0, 2)).toEqual([true, false]);
    for (const line of beams.rests(encoder.encode(''), 0.1)) {
      if (shown(line).startsWith('a')) expect(line.withinWord![0]).toBe(true);
    }
  });

  it('asks at as many places as it is wide', () => {
    const [one, two] = [setUp(1).beam, setUp(2).beam];
    for (const beam of [one, two]) beam.rests(encoder.encode('a'), 0.1);
    expect(two.places).toBeGreaterThan(one.places);
  });

  it('shows of its lines the one that saves most keys on average', () => {
    const line = (length: number, probability: number) => ({
      bytes: new Uint8Array(length),
      ends: [length],
      probabilities: [probability],
      complete: true,
    });
    const [short, long] = [line(4, 0.4), line(9, 0.2)];
    expect(bestShown([short, long], 0.1)).toBe(long);
    expect(bestShown([short, long], 0.3)).toBe(short);
  });
});
