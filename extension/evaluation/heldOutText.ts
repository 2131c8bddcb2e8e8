import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** Bytes [start, end) of a text. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A text that no predictor has seen, as the predictors see it. */
export interface HeldOutText {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** u16[tokens], without end-of-text */
  readonly ids: Uint16Array;
  /** u32[tokens + 1]: where each token begins, and where the text ends */
  readonly starts: Uint32Array;
  /** u8[tokens + 1]: 1 = this token counts, 0 = it is context; the last is the end-of-text token behind the text */
  readonly counts: Uint8Array;
  /** bytes of the tokens that count */
  readonly countedBytes: number;
}

/** @param added what counts; null: all of it and its end. A token counts where it begins. */
export function heldOutText(
  tokenizer: Tokenizer,
  path: string,
  bytes: Uint8Array,
  added: readonly ByteRange[] | null,
): HeldOutText {
  const ids = tokenizer.encode(bytes);
  const starts = new Uint32Array(ids.length + 1);
  for (let i = 0; i < ids.length; i++) starts[i + 1] = starts[i]! + tokenizer.tokenBytes(ids[i]!).length;
  const counts = new Uint8Array(ids.length + 1).fill(added === null ? 1 : 0);
  for (const { start, end } of added ?? []) {
    for (let i = 0; i < ids.length; i++) if (starts[i]! >= start && starts[i]! < end) counts[i] = 1;
  }
  let countedBytes = 0;
  for (let i = 0; i < ids.length; i++) if (counts[i] === 1) countedBytes += starts[i + 1]! - starts[i]!;
  return { path, bytes, ids, starts, counts, countedBytes };
}
