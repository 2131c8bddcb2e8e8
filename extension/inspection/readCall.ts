import { softmax } from '../arithmetic/softmax.ts';
import type { CallMessage } from '../protocol/calling.ts';
import type { ReadToken, StageAnswers } from '../protocol/stages.ts';
import { named, type Subject } from './subject.ts';

/**
 * How likely each token of a message was where it stands, and each of the likeliest name behind it: among all tokens, those of messages
 * included.
 */
export function readCall(
  subject: Subject,
  { before, ids, chosen }: Pick<CallMessage, 'before' | 'ids' | 'chosen'>,
): NonNullable<StageAnswers['call']> {
  const { model } = subject;
  const context = model.config.maxPositionEmbeddings;
  const added = [...ids, ...(chosen[0]?.ids ?? [])];
  // The context moves by half of itself, as that of completions does.
  const half = Math.floor(context / 2);
  const start = Math.max(0, Math.ceil((before.length + added.length) / half) - 2) * half;
  const all = [...before.slice(start), ...added].slice(-context);
  model.run(all);
  const first = all.length - added.length;
  const tokens = added.map((id, i): ReadToken => {
    const probability = softmax(model.logits(first + i - 1))[id]!;
    return { ...named(subject, id), probability };
  });
  return { message: tokens.slice(0, ids.length), chosen: tokens.slice(ids.length) };
}
