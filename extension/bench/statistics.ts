/** What the tries of one measurement come to. */
export interface Summary {
  readonly best: number;
  readonly median: number;
  /** from the lower to the upper quartile, as a share of the median: how far the machine let the tries differ */
  readonly spread: number;
  readonly tries: number;
}

/** @param values of equal tries, smaller is better; at least one */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return {
    best: sorted[0]!,
    median,
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median,
    tries: values.length,
  };
}

/**
 * How many times as long `theirs` took as `ours`, try by try: each pair was measured side by side, so that what slowed the machine down
 * meanwhile slowed both.
 * @returns median of the pairs' ratios; spread as in `Summary`
 */
export function pairedRatio(
  theirs: readonly number[],
  ours: readonly number[],
): { readonly median: number; readonly spread: number } {
  const { median, spread } = summarise(theirs.map((value, i) => value / ours[i]!));
  return { median, spread };
}

/** Linear between the two nearest. @param sorted ascending */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}
