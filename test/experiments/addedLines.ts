import type { ByteRange } from '../../extension/evaluation/heldOutText.ts';

const lineFeed = 10;

/** The lines of a text that its earlier version does not hold, or not as often; all where there is none. */
export function addedLines(before: Uint8Array | null, after: Uint8Array): ByteRange[] {
  const left = new Map<string, number>();
  for (const { text } of linesOf(before ?? new Uint8Array())) left.set(text, (left.get(text) ?? 0) + 1);
  return linesOf(after).flatMap(({ text, start, end }) => {
    const count = left.get(text) ?? 0;
    if (count === 0) return [{ start, end }];
    left.set(text, count - 1);
    return [];
  });
}

function linesOf(
  bytes: Uint8Array,
): { readonly text: string; readonly start: number; readonly end: number }[] {
  const decoder = new TextDecoder();
  const lines: { text: string; start: number; end: number }[] = [];
  for (let start = 0; start < bytes.length;) {
    const next = bytes.indexOf(lineFeed, start);
    const end = next < 0 ? bytes.length : next + 1;
    lines.push({ text: decoder.decode(bytes.subarray(start, end)).trim(), start, end });
    start = end;
  }
  return lines;
}
