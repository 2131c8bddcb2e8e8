import { mostLikely } from '../arithmetic/likeliest.ts';
import { distribution } from '../engine/sampler.ts';
import type { BranchToken, StageQuestion } from '../protocol/stages.ts';
import type { Run } from './subject.ts';

/** Tokens that might have come instead. */
const mostAlternatives = 5;

/** The token that comes behind the place and what is supposed to stand there already, by a run of all of it. */
export function nextAfter(
  { subject, ids }: Run,
  { position, tokens, token }: Extract<StageQuestion, { kind: 'next' }>,
): BranchToken {
  const { model } = subject;
  // What does not fit in any more falls out in front.
  const supposed = [...ids.slice(0, position + 1), ...tokens].slice(-model.config.maxPositionEmbeddings);
  model.run(supposed);
  const logits = model.logits(supposed.length - 1);
  const taken = token ?? mostLikely(logits, 1)[0]!;
  const { top, actual } = distribution(logits, mostAlternatives, taken, subject.bytesOf);
  return { ...actual!, top };
}
