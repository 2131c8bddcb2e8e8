import type { BenchSubject } from './benchSubject.ts';
import type { Heat, HeatResult } from './heat.ts';
import { pairedRatio, summarise } from './statistics.ts';
import { decodedTokens, type Sample } from './trials.ts';

/** Another program's figure for the same work, measured in turn with ours. */
export interface Peer {
  readonly name: string;
  readonly version: string | null;
  readonly what: string;
  readonly unit: 'tokens/s' | 'GFLOP/s' | 'ms';
  /** null = not measured; `reason` says why */
  readonly value: number | null;
  readonly ours: number;
  /** above 1 we are so many times as fast; median over the pairs of tries */
  readonly ratio: number | null;
  readonly ratioSpread: number | null;
  /** of the best try of each */
  readonly bestRatio: number | null;
  readonly rssMb: number | null;
  readonly reason?: string;
}

/** Losses of so many first steps are compared with a rival's: then it is the same model, data and optimiser. */
const comparedSteps = 8;
const largestLossGap = 1e-3;

export function peersOf(what: string, heat: Heat, result: HeatResult): Peer[] {
  if (result.rivals.length === 0) return [];
  const own = result.samples.slice(heat.warmUps).map(({ ms }) => ms);
  const { unit, of } = figure(heat.subject, result.facts.flops);
  const ours = of(summarise(own).median);
  const absent = { version: null, value: null, ratio: null, ratioSpread: null, bestRatio: null, rssMb: null };
  return result.rivals.map((rival): Peer => {
    const { name } = rival;
    if ('reason' in rival) return { name, what, unit, ours, ...absent, reason: rival.reason };
    const gap = lossGap(result.samples, rival.samples);
    if (!(gap <= largestLossGap)) {
      const reason = `its losses should differ by at most ${largestLossGap} and differ by ${gap.toPrecision(3)}: it trains another model`;
      return { name, what, unit, ours, ...absent, reason };
    }
    const theirs = rival.samples.slice(heat.warmUps).map(({ ms }) => ms);
    const ratio = pairedRatio(theirs, own);
    return {
      name,
      version: rival.facts.version,
      what,
      unit,
      value: of(summarise(theirs).median),
      ours,
      ratio: ratio.median,
      ratioSpread: ratio.spread,
      bestRatio: summarise(theirs).best / summarise(own).best,
      rssMb: rival.rssMb,
    };
  });
}

/** Largest difference of the first losses; 0 where there are none. */
function lossGap(ours: readonly Sample[], theirs: readonly Sample[]): number {
  const gaps = ours
    .slice(0, comparedSteps)
    .map(({ loss }, step) => (loss === undefined ? 0 : Math.abs(loss - (theirs[step]?.loss ?? NaN))));
  return Math.max(...gaps);
}

/** What is said of a time in milliseconds. */
function figure(subject: BenchSubject, flops: number): { unit: Peer['unit']; of: (ms: number) => number } {
  switch (subject.kind) {
    case 'product':
      return { unit: 'GFLOP/s', of: (ms) => flops / ms / 1e6 };
    case 'trainStep':
      return { unit: 'tokens/s', of: (ms) => (1_000 * subject.tokens) / ms };
    case 'decode':
      return { unit: 'ms', of: (ms) => ms / decodedTokens };
    default:
      return { unit: 'ms', of: (ms) => ms };
  }
}
