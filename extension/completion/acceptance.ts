import type { Trial } from '../protocol/prediction.ts';

/** What acceptance follows from: P(right) = σ(slope · logit(p) + offset), p being how likely the model takes the text to be. */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
}

/**
 * Where no trial says more: about what was found in three development corpora, with and without the base. A text is right more often than its tokens'
 * product says, because other tokens may spell it, too.
 */
export const usualCalibration: Calibration = { slope: 1, offset: 0.5 };

/** How far a workspace is expected to differ from it: standard deviations. */
const spread: Calibration = { slope: 0.2, offset: 0.4 };
const rounds = 25;

/**
 * The likeliest calibration of a workspace, given its trials and the usual one. Few trials move it little.
 * @source Platt 1999, with a normal prior; Newton's method on a convex loss
 */
export function calibrate(trials: readonly Trial[]): Calibration {
  let { slope, offset } = usualCalibration;
  const [slopePrecision, offsetPrecision] = [spread.slope ** -2, spread.offset ** -2];
  const points = trials.map(({ probability, right, weight }) => ({ x: logit(probability), right, weight }));
  for (let round = 0; round < rounds; round++) {
    let slopeGradient = slopePrecision * (usualCalibration.slope - slope);
    let offsetGradient = offsetPrecision * (usualCalibration.offset - offset);
    let [a, b, c] = [slopePrecision, 0, offsetPrecision];
    for (const { x, right, weight } of points) {
      const q = sigmoid(slope * x + offset);
      const miss = weight * (Number(right) - q);
      const curvature = weight * q * (1 - q);
      slopeGradient += miss * x;
      offsetGradient += miss;
      a += curvature * x * x;
      b += curvature * x;
      c += curvature;
    }
    const determinant = a * c - b * b;
    slope += (c * slopeGradient - b * offsetGradient) / determinant;
    offset += (a * offsetGradient - b * slopeGradient) / determinant;
  }
  return { slope: Math.max(leastSlope, slope), offset };
}

/** A likelier text is never taken to be right less often. */
const leastSlope = 0.1;

/** How often texts of this probability are right. */
export function acceptance({ slope, offset }: Calibration, probability: number): number {
  return sigmoid(slope * logit(probability) + offset);
}

/** The probability from which on texts are right that often. */
export function probabilityFor({ slope, offset }: Calibration, wanted: number): number {
  return sigmoid((logit(wanted) - offset) / slope);
}

/** Of what is certain, as far as a finite number can say. */
const mostLogit = 12;

function logit(p: number): number {
  return Math.min(mostLogit, Math.max(-mostLogit, Math.log(p / (1 - p))));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
