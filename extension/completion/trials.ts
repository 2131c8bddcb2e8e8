import type { Completion, CompletionOptions, Trial } from '../protocol/prediction.ts';
import { lastLine } from '../shaping/place.ts';

/** A place in a text that is known to its end. */
export interface KnownPlace {
  readonly prefix: string;
  readonly suffix: string;
}

/** What is asked at each place; less likely texts are never shown. */
export const trialOptions: CompletionOptions = {
  leastProbability: 0.05,
  maxTokens: 24,
  maxMilliseconds: 80,
};

/**
 * Places of a text where somebody could be typing: between the first character of a line and its end.
 * @param random uniform in [0, 1)
 * @returns in their order
 */
export function placesIn(text: string, count: number, random: () => number): KnownPlace[] {
  const offsets = new Set<number>();
  for (let tries = 0; tries < 4 * count && offsets.size < count; tries++) {
    const offset = Math.floor(random() * text.length);
    const line = lastLine(text.slice(0, offset));
    const rest = /^[^\r\n]*/.exec(text.slice(offset))![0];
    if (rest.trim() !== '' && (line.trim() !== '' || !/^\s/.test(rest))) offsets.add(offset);
  }
  return [...offsets]
    .sort((a, b) => a - b)
    .map((offset) => ({ prefix: text.slice(0, offset), suffix: text.slice(offset) }));
}

/** Every beginning of the completion, each being right as long as the line does go on so. Together they count as one. */
export function trialsOf(
  { ends, text, probabilities }: Pick<Completion, 'ends' | 'text' | 'probabilities'>,
  { suffix }: KnownPlace,
): Trial[] {
  // What is typed already is right without any doubt, and shows nothing.
  const shown = ends.map((_, i) => i).filter((i) => ends[i]! > (ends[i - 1] ?? 0));
  return shown.map((i) => ({
    probability: probabilities[i]!,
    right: suffix.startsWith(text.slice(0, ends[i])),
    weight: 1 / shown.length,
  }));
}
