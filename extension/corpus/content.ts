import type { LeftOutReason } from '../protocol/corpus.ts';

/** What a file is by its bytes; null for text that a person may have written. */
export function contentReason(bytes: Uint8Array): LeftOutReason | null {
  if (isBinary(bytes)) return 'binary';
  const head = new TextDecoder().decode(bytes.subarray(0, headBytes));
  if (generatedMarker.test(head)) return 'generated';
  return isMinified(bytes) ? 'minified' : null;
}

const headBytes = 2_048;

/** What generators say of a file in its first lines; at a line's beginning and as one begins a sentence, where people rarely do. */
const generatedMarker = new RegExp(
  [
    String.raw`^[^\w\n]*@generated\b`,
    String.raw`\b(DO NOT|Do not|do not) (EDIT|MODIFY|edit|modify)\b`,
    String.raw`<auto-?generated`,
    String.raw`^[^\w\n]*(This|The|THIS) \w+ (is|was|has been|IS|WAS) (auto-?|automatically |AUTO-?|AUTOMATICALLY )?(generated|GENERATED)\b`,
    String.raw`^[^\w\n]*(Code |File |CODE )?(Auto-?|Automatically |AUTO-?|AUTOMATICALLY )(generated|GENERATED)\b`,
    String.raw`^[^\w\n]*((Code|File) generated|Generated|CODE GENERATED|GENERATED) (by|from|with|using|BY|FROM)\b`,
  ].join('|'),
  'm',
);

/** The share of characters that are controls or not UTF-8 above which a file is taken for binary, or for text in another encoding. */
const mostStrange = 0.01;

function isBinary(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return true;
  const text = new TextDecoder().decode(bytes);
  const strange = text.match(/[^\P{Cc}\t\n\v\f\r]|\ufffd/gu)?.length ?? 0;
  return strange > mostStrange * text.length;
}

/** Lines that nobody typed: 200 bytes on average, or one of 10,000. */
const longestMeanLine = 200;
const longestLine = 10_000;

function isMinified(bytes: Uint8Array): boolean {
  let lines = 0;
  let longest = 0;
  for (let start = 0; start < bytes.length; lines++) {
    const newline = bytes.indexOf(lineFeed, start);
    const end = newline < 0 ? bytes.length : newline;
    longest = Math.max(longest, end - start);
    start = end + 1;
  }
  return longest > longestLine || bytes.length > longestMeanLine * lines;
}

const lineFeed = 10;

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  return latin1Decoder.decode(bytes);
}

const latin1Decoder = new TextDecoder('latin1');
