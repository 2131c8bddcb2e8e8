import type { Place } from '../protocol/inspector.ts';
import type { Inspection, OpenDocument } from '../protocol/prediction.ts';
import { byteCount } from '../protocol/tokenBytes.ts';

/** The text around a cursor, as it was at one moment. */
export interface InspectedText {
  readonly place: Place;
  /** of the document, as completions name it */
  readonly name: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** The document as it is around the end of a token. */
export function behindToken(
  { name, prefix, suffix }: InspectedText,
  { tokens }: Inspection,
  position: number,
): { readonly prefix: string; readonly open: OpenDocument } {
  const { start, bytes } = tokens[position]!;
  const whole = new TextEncoder().encode(prefix + suffix);
  // A character that the token breaks off in stands behind the place.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const before = decoder.decode(whole.subarray(0, start + byteCount(bytes)), { stream: true });
  return { prefix: before, open: { name, suffix: (prefix + suffix).slice(before.length) } };
}

export function isSameText(a: InspectedText | null, b: InspectedText | null): boolean {
  if (a === null || b === null) return a === b;
  const { place } = a;
  return (
    place.uri === b.place.uri &&
    place.line === b.place.line &&
    place.column === b.place.column &&
    a.prefix === b.prefix &&
    a.suffix === b.suffix
  );
}
