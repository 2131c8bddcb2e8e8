import { softmax } from '../arithmetic/softmax.ts';
import { Random } from '../engine/random.ts';
import { mostLikely, nucleusOf, sumOver } from '../arithmetic/likeliest.ts';
import { sample } from '../engine/sampler.ts';
import type { StageAnswers, StageQuestion } from '../protocol/stages.ts';
import { named, type Run } from './subject.ts';

/** Intervals that are listed. */
const mostIntervals = 20;

/**
 * The draw of the next token as the sampler makes it: temperature, top-k, top-p, then one number of the seed on a ruler that the tokens
 * that are left share by their probabilities.
 */
export function drawOf(
  { subject, ids }: Run,
  { position, temperature, topK, topP, seed }: Omit<Extract<StageQuestion, { kind: 'choice' }>, 'kind'>,
): StageAnswers['choice'] {
  const { model } = subject;
  model.run(ids);
  const logits = model.logits(position);
  const greedy = mostLikely(logits, 1)[0]!;
  const draw = new Random(seed).uniform();
  if (temperature === 0) {
    const interval = { ...named(subject, greedy), from: 0, to: 1 };
    const only = named(subject, greedy);
    return { intervals: [interval], others: 0, draw, drawn: only, greedy: only };
  }
  const filter = { ...(topK === 0 ? {} : { topK }), topP };
  const drawn = sample(logits, { temperature, ...filter }, new Random(seed));
  const probabilities = softmax(logits, temperature);
  const kept = nucleusOf(logits, probabilities, filter);
  const total = sumOver(kept, probabilities);
  let at = 0;
  const intervals = kept.map((id) => {
    const from = at;
    at += probabilities[id]! / total;
    return { id, from, to: at };
  });
  const shown = intervals.filter(({ id }, i) => i < mostIntervals || id === drawn);
  return {
    intervals: shown.map((interval) => ({ ...interval, bytes: subject.bytesOf(interval.id) })),
    others: intervals.length - shown.length,
    draw,
    drawn: named(subject, drawn),
    greedy: named(subject, greedy),
  };
}
