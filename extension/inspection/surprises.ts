import { softmax } from '../arithmetic/softmax.ts';
import type { Surprise } from '../protocol/inspecting.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { RecordedModel } from './recordedModel.ts';

/**
 * How surprising each token of a text is to the model, from byte `from` on. Windows begin at every half of a context, so that at least half
 * a context stands before each token, as far as there is that much.
 * @param bytes of a text that is there from its beginning
 */
export function surprisesIn(
  model: RecordedModel,
  tokenizer: Tokenizer,
  bytes: Uint8Array,
  from: number,
): Surprise[] {
  const ids = [tokenizer.endOfText, ...tokenizer.encode(bytes)];
  const context = model.config.maxPositionEmbeddings;
  const half = Math.max(1, Math.floor(context / 2));
  const surprises: Surprise[] = [];
  let start = 0;
  let window = -1;
  for (let i = 1; i < ids.length; i++) {
    const { length } = tokenizer.tokenBytes(ids[i]!);
    if (start + length > from) {
      const begin = Math.max(0, Math.ceil(i / half) - 2) * half;
      if (begin !== window) model.run(ids.slice(begin, begin + context));
      window = begin;
      const bits = -Math.log2(softmax(model.logits(i - 1 - begin))[ids[i]!]!);
      surprises.push({ start, length, bits });
    }
    start += length;
  }
  return surprises;
}
