import type { CallReport } from './calls.ts';
import type { CompressorScore } from './compressors.ts';
import type { HeldOutText } from './heldOutText.ts';
import { bestPoint, type KeystrokePoint } from './keystrokes.ts';
import type { LineScores } from './lineTally.ts';
import type { PredictorName, Stage } from './predictors.ts';
import type { Ranking } from './ranking.ts';
import type { RoundTrip } from './roundTrip.ts';
import type { Scores } from './scoring.ts';
import type { SplitName } from './split.ts';

/** A predictor at a time. Shares are of 1. */
export interface Row {
  readonly predictor: PredictorName;
  /** since the folder was opened: reading, tokenizer, index and training */
  readonly atSeconds: number;
  readonly bitsPerByte: number;
  readonly top1: number;
  readonly top5: number;
  readonly mrr: number;
  readonly identTop1: number;
  /** share of the lines that were completed exactly */
  readonly lineExact: number;
  /** keystrokes saved, at the threshold that saves most while half of the suggestions or more are accepted; 0 where there is none */
  readonly ksr: number;
  readonly acceptance: number;
  readonly wrongPer1000: number;
  readonly ece: number;
  readonly details: RowDetails;
}

interface RowDetails {
  readonly stage: Stage;
  /** seconds of `prepare`, and of scoring */
  readonly prepareSeconds: number;
  readonly scoreSeconds: number;
  /** of each of `heldOutFiles` */
  readonly fileBitsPerByte: readonly number[];
  readonly tokens: Ranking;
  readonly identifiers: Ranking;
  readonly identifierFirstUses: Ranking;
  readonly identifierRepeats: Ranking;
  readonly lines: LineScores;
  readonly keystrokes: readonly KeystrokePoint[];
  readonly roundTrip: RoundTrip | null;
}

/** What `nihilo evaluate --json` prints. */
export interface EvaluationReport {
  /** absolute path */
  readonly folder: string;
  readonly split: SplitName;
  readonly protocol: 'file-dynamic' | 'static';
  readonly seed: number;
  readonly threads: number;
  /** to learn from and to judge by, together */
  readonly files: number;
  readonly trainBytes: number;
  readonly heldOutBytes: number;
  readonly trainTokens: number;
  readonly heldOutTokens: number;
  /** that were asked for */
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly compressors: Readonly<Record<string, CompressorScore>>;
  /** in the order in which they were scored; bits per byte of the last row */
  readonly heldOutFiles: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly bitsPerByte: number;
  }[];
  /** held-out files that were dropped because they nearly repeat a training file */
  readonly nearDuplicates: number;
  /** of the transformer; null when it was not trained */
  readonly training: TrainingCost | null;
  /** function calling, tried with the trained mixture; null when it was not */
  readonly calls: CallReport | null;
  readonly peakRssMb: number;
}

export interface TrainingCost {
  readonly seconds: number;
  readonly steps: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly parameters: number;
}

export interface RowFacts {
  readonly predictor: PredictorName;
  readonly stage: Stage;
  readonly atSeconds: number;
  readonly prepareSeconds: number;
}

export function rowOf(
  facts: RowFacts,
  scores: Scores,
  texts: readonly HeldOutText[],
  roundTrip: RoundTrip | null,
): Row {
  const bytes = texts.reduce((sum, { countedBytes }) => sum + countedBytes, 0);
  const best = bestPoint(scores.keystrokes);
  return {
    predictor: facts.predictor,
    atSeconds: facts.atSeconds,
    bitsPerByte: scores.bits.reduce((sum, bits) => sum + bits, 0) / bytes,
    top1: scores.tokens.top1,
    top5: scores.tokens.top5,
    mrr: scores.tokens.mrr,
    identTop1: scores.identifiers.top1,
    lineExact: scores.lines.all.exact,
    ksr: best?.saved ?? 0,
    acceptance: best?.acceptance ?? 0,
    wrongPer1000: best?.wrongPer1000 ?? 0,
    ece: scores.calibrationError,
    details: {
      stage: facts.stage,
      prepareSeconds: facts.prepareSeconds,
      scoreSeconds: scores.seconds,
      fileBitsPerByte: texts.map(({ countedBytes }, i) => scores.bits[i]! / countedBytes),
      tokens: scores.tokens,
      identifiers: scores.identifiers,
      identifierFirstUses: scores.firstUses,
      identifierRepeats: scores.repeats,
      lines: scores.lines,
      keystrokes: scores.keystrokes,
      roundTrip,
    },
  };
}
