import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** Bytes of text on one side of the cursor that are tokenized: more than a context holds, little enough to do at every key. */
const sideBytes = 16_384;
/**
 * Text is cut off in front in whole steps: tokens depend on where the text begins, and one that begins elsewhere at every key has
 * others every time.
 */
const textStep = 4_096;
/** The window’s start moves in such steps, or by half of itself, so that the key-value cache stays valid from one key to the next. */
const mostStartStep = 32;

/** The tokens that the model is given for a place in a text. */
export interface Window {
  readonly ids: readonly number[];
  /** byte offset of each token in the text */
  readonly starts: readonly number[];
  /** number of ids before the cursor */
  readonly cursor: number;
}

/**
 * The last tokens before the cursor and, where there is room, the first behind it. A text that is there from its beginning has the
 * end-of-text token before it, as in training.
 * @param room most ids
 * @param roomAfter most ids behind the cursor
 */
export function windowAround(
  tokenizer: Tokenizer,
  prefix: Uint8Array,
  suffix: Uint8Array,
  room: number,
  roomAfter: number,
): Window {
  const textStart = Math.floor(Math.max(0, prefix.length - sideBytes) / textStep) * textStep;
  const before = [...tokenizer.encode(prefix.subarray(textStart))];
  const starts = offsets(tokenizer, before, textStart);
  if (textStart === 0) {
    before.unshift(tokenizer.endOfText);
    starts.unshift(0);
  }
  const after = [...tokenizer.encode(suffix.subarray(0, sideBytes)).subarray(0, roomAfter)];
  const excess = before.length + after.length - room;
  const step = Math.min(mostStartStep, Math.ceil(room / 2));
  const from = excess <= 0 ? 0 : Math.min(before.length - 1, Math.ceil(excess / step) * step);
  return {
    ids: [...before.slice(from), ...after],
    starts: [...starts.slice(from), ...offsets(tokenizer, after, prefix.length)],
    cursor: before.length - from,
  };
}

function offsets(tokenizer: Tokenizer, ids: readonly number[], start: number): number[] {
  let at = start;
  return ids.map((id) => {
    const here = at;
    at += tokenizer.tokenBytes(id).length;
    return here;
  });
}
