import type { Surprise } from '../protocol/inspecting.ts';

/** Of a text's UTF-8 form: as much as is judged in some tenths of a second. */
const partBytes = 1_000;

/**
 * How surprising the tokens of a text are, part by part: between two of them other questions are answered, and nobody waits for the rest
 * of what nobody wants any more.
 * @param from bytes of the text that are only read
 * @param ask of the tokens that end behind byte `from` and not behind byte `to`
 */
export async function* surprisesPartByPart(
  text: string,
  from: number,
  ask: (text: string, from: number, to: number) => Promise<readonly Surprise[]>,
): AsyncGenerator<readonly Surprise[]> {
  const bytes = new TextEncoder().encode(text).length;
  for (let at = from; at < bytes; at += partBytes) yield await ask(text, at, Math.min(bytes, at + partBytes));
}
