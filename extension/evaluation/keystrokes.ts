import { leastInProse, shownEnds } from '../prediction/gate.ts';
import type { GeneratedLine } from './lineGenerator.ts';

/** Nothing below the lowest threshold is ever shown, so generation may end there. */
export const leastShown = 0.1;

/**
 * Probabilities from which on a suggestion is shown: .1, .15 … .95. With steps of .1, who happens to have half of the suggestions accepted
 * just at one of them saves a point or two more than who has it between two.
 */
export const thresholds = Array.from({ length: 18 }, (_, i) => (i + 2) / 20);

/** What typing some lines took with one threshold. */
export interface KeystrokePoint {
  readonly threshold: number;
  /** share of the keys that were not pressed: 1 − keys ÷ characters */
  readonly saved: number;
  /** share of the shown suggestions that were accepted; 0 when none was shown */
  readonly acceptance: number;
  /** suggestions that were shown and not accepted, per 1,000 characters of the lines */
  readonly wrongPer1000: number;
}

/** The likeliest rest of a line. */
export interface Proposal extends GeneratedLine {
  /** behind a string or comment that is open, where half as much doubt is accepted; absent: no */
  readonly isProse?: boolean;
}

interface Counters {
  keys: number;
  shown: number;
  accepted: number;
}

/**
 * Somebody who types lines, each from behind its indentation to its end, while at most one suggestion is on show. A suggestion is as
 * much of the likeliest rest of the line as the gate shows at the threshold, if that is two characters or more: one would save nothing. It is accepted, with one key, if the line goes on with it; else it stays on show while what is typed agrees with it.
 */
export class Typist {
  readonly #counters: readonly Counters[] = thresholds.map(() => ({ keys: 0, shown: 0, accepted: 0 }));
  #characters = 0;

  /**
   * Types one line, once for each threshold.
   * @param content of the line, whole UTF-8 characters
   * @param suggest the likeliest rest of the line behind so many of its bytes; called at most once a character
   */
  type(content: Uint8Array, suggest: (at: number) => Proposal): void {
    const known = new Map<number, Proposal>();
    const suggestOnce = (at: number): Proposal => {
      const line = known.get(at) ?? suggest(at);
      known.set(at, line);
      return line;
    };
    this.#characters += characterCount(content);
    thresholds.forEach((threshold, i) => typeLine(content, suggestOnce, threshold, this.#counters[i]!));
  }

  /** One point for each threshold. */
  get curve(): KeystrokePoint[] {
    const characters = Math.max(1, this.#characters);
    return this.#counters.map(({ keys, shown, accepted }, i) => ({
      threshold: thresholds[i]!,
      saved: (this.#characters - keys) / characters,
      acceptance: shown === 0 ? 0 : accepted / shown,
      wrongPer1000: (1_000 * (shown - accepted)) / characters,
    }));
  }
}

/** Of the points at which half of the suggestions or more are accepted, the one that saves most; null when there is none. */
export function bestPoint(curve: readonly KeystrokePoint[]): KeystrokePoint | null {
  const accepted = curve.filter(({ acceptance }) => acceptance >= 0.5);
  return accepted.reduce<KeystrokePoint | null>(
    (best, point) => (best === null || point.saved > best.saved ? point : best),
    null,
  );
}

function typeLine(
  content: Uint8Array,
  suggest: (at: number) => Proposal,
  threshold: number,
  counters: Counters,
): void {
  /** on show, where it begins */
  let shown: { readonly text: Uint8Array; readonly from: number } | null = null;
  for (let at = 0; at < content.length;) {
    if (shown !== null && !goesOn(shown.text, content.subarray(shown.from, at))) shown = null;
    if (shown === null) {
      const text = shownPart(suggest(at), threshold);
      if (characterCount(text) >= 2) {
        counters.shown++;
        if (startsWith(content.subarray(at), text)) {
          counters.accepted++;
          counters.keys++;
          at += text.length;
          continue;
        }
        shown = { text, from: at };
      }
    }
    counters.keys++;
    at += characterLength(content, at);
  }
}

/** The whole characters of what is shown. */
function shownPart(line: Proposal, threshold: number): Uint8Array {
  const { bytes, ends } = line;
  const count = shownEnds(line, line.isProse === true ? leastInProse(threshold) : threshold);
  let end = count === 0 ? 0 : ends[count - 1]!;
  while (end > 0 && end < bytes.length && isContinuation(bytes[end]!)) end--;
  return bytes.subarray(0, end);
}

/** Whether the text has more than what is typed of it. */
function goesOn(text: Uint8Array, typed: Uint8Array): boolean {
  return typed.length < text.length && startsWith(text, typed);
}

function startsWith(text: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.length <= text.length && beginning.every((byte, i) => byte === text[i]);
}

function characterCount(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + Number(!isContinuation(byte)), 0);
}

function characterLength(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && isContinuation(bytes[end]!)) end++;
  return end - at;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
