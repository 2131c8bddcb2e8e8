import { mostLikely } from '../arithmetic/likeliest.ts';
import { softmax } from '../arithmetic/softmax.ts';
import type { Surprise } from '../protocol/inspecting.ts';
import { bytesOrName } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { RecordedModel } from './recordedModel.ts';

/** That might have come in a token's place, and are told. */
const mostOthers = 3;

/**
 * How surprising each token of a text is to the model, of those that end behind byte `from` and not behind byte `to`. Windows begin at every
 * half of a context, so that at least half a context stands before each token, as far as there is that much.
 * @param bytes of a text that is there from its beginning
 */
export function surprisesIn(
  model: RecordedModel,
  tokenizer: Tokenizer,
  bytes: Uint8Array,
  from: number,
  to: number,
): Surprise[] {
  const ids = [tokenizer.endOfText, ...tokenizer.encode(bytes)];
  const context = model.config.maxPositionEmbeddings;
  const half = Math.max(1, Math.floor(context / 2));
  const surprises: Surprise[] = [];
  let start = 0;
  let window = -1;
  for (let i = 1; i < ids.length; i++) {
    const { length } = tokenizer.tokenBytes(ids[i]!);
    if (start + length > to) break;
    if (start + length > from) {
      const begin = Math.max(0, Math.ceil(i / half) - 2) * half;
      if (begin !== window) model.run(ids.slice(begin, begin + context));
      window = begin;
      surprises.push({ start, length, ...expectation(model.logits(i - 1 - begin), ids[i]!, tokenizer) });
    }
    start += length;
  }
  return surprises;
}

/** How much a token was expected, and what was instead. */
function expectation(
  logits: Float32Array,
  id: number,
  tokenizer: Tokenizer,
): Pick<Surprise, 'bits' | 'rank' | 'others'> {
  const probabilities = softmax(logits);
  const own = logits[id]!;
  // Of equals the more frequent token comes first, as everywhere.
  const rank = logits.reduce((count, logit, other) => {
    const isBefore = logit > own || (logit === own && other < id);
    return count + Number(isBefore);
  }, 1);
  const others = mostLikely(logits, mostOthers + 1)
    .filter((other) => other !== id)
    .slice(0, mostOthers)
    .map((other) => ({ bytes: bytesOrName(tokenizer, other), probability: probabilities[other]! }));
  return { bits: -Math.log2(probabilities[id]!), rank, others };
}
