import type { HeldOutText } from './heldOutText.ts';

/** A general compressor that is installed here. */
export interface Compressor {
  /** for example `zpaq5` */
  readonly name: string;
  /** input that it is given at most, all runs together: the slow ones cover fewer texts of a large corpus */
  readonly mostInputBytes: number;
  /** @returns bytes that these parts, one behind the other, take compressed */
  size(parts: readonly Uint8Array[]): Promise<number>;
}

export interface CompressorScore {
  /** Σ 8 · (C(known + text) − C(known)) ÷ Σ bytes */
  readonly bitsPerByte: number;
  /** how many of the texts, in the order in which they are scored */
  readonly texts: number;
  readonly bytes: number;
  /** of each of these texts */
  readonly bits: readonly number[];
}

/**
 * What compressors need for the held-out texts when they know the training texts: 8 · (C(train + text) − C(train)) bits for each. Where
 * only a part of a text counts, they also know the rest of it, what comes behind the part included.
 * @param training in the order of their paths, as the predictors see them
 * @param atOnce so many processes run side by side
 */
export async function compressedScore(
  compressor: Compressor,
  training: readonly Uint8Array[],
  texts: readonly HeldOutText[],
  atOnce: number,
  onText: (done: number, all: number) => Promise<void>,
): Promise<CompressorScore> {
  const known = training.reduce((sum, { length }) => sum + length, 0);
  let input = known;
  const covered = texts.filter((text, i) => {
    const runs = text.countedBytes < text.bytes.length ? 2 : 1;
    input += runs * (known + text.bytes.length);
    return i === 0 || input <= compressor.mostInputBytes;
  });
  const alone = compressor.size(training);
  const bits: number[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < covered.length) {
      const index = next++;
      const text = covered[index]!;
      const context = contextOf(text);
      const before = await (context.length === 0 ? alone : compressor.size([...training, context]));
      bits[index] = 8 * ((await compressor.size([...training, text.bytes])) - before);
      await onText(++done, covered.length);
    }
  };
  await alone;
  await Promise.all(Array.from({ length: Math.min(atOnce, covered.length) }, lane));
  const bytes = covered.reduce((sum, { countedBytes }) => sum + countedBytes, 0);
  return {
    bitsPerByte: bits.reduce((sum, one) => sum + one, 0) / bytes,
    texts: covered.length,
    bytes,
    bits,
  };
}

/** The bytes of the tokens that do not count. */
function contextOf({ bytes, starts, counts }: HeldOutText): Uint8Array {
  const context: number[] = [];
  for (let i = 0; i + 1 < starts.length; i++) {
    if (counts[i] === 0) context.push(...bytes.subarray(starts[i], starts[i + 1]));
  }
  return Uint8Array.from(context);
}
