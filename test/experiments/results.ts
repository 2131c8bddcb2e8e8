import type { CallReport } from '../../extension/evaluation/calls.ts';
import type { KeystrokePoint } from '../../extension/evaluation/keystrokes.ts';
import type { Result } from './experiment.ts';
import type { Settings } from './settings.ts';

export interface Run extends Result {
  readonly variant: string;
  readonly corpus: string;
  readonly seed: number;
  readonly settings: Settings;
}

/** What a file in `results/` holds. */
export interface StudyResults {
  /** arithmetic of each training, 10¹² operations */
  readonly tflop: number;
  readonly runs: readonly Run[];
}

/** Lines of one corpus, grown in one way. */
export interface BeamRun {
  readonly corpus: string;
  /** `mixture`: counts that hear the base */
  readonly predictor: 'counts' | 'mixture';
  readonly seed: number;
  /** 1: greedily */
  readonly width: number;
  /** places where the rest of a line was asked for */
  readonly cursors: number;
  /** share of them whose rest was right as a whole */
  readonly exact: number;
  readonly similarity: number;
  /** of the simulator, one point for each threshold */
  readonly curve: readonly KeystrokePoint[];
  /** of the simulator, for a suggestion */
  readonly asks: number;
  /** at which the model was asked for the next token */
  readonly placesPerAsk: number;
  /** of the thread that computes, for a suggestion */
  readonly p95Ms: number;
}

export interface BeamResults {
  readonly runs: readonly BeamRun[];
}

/** How often a stretch of held-out text was filled in exactly. */
export interface SpanScores {
  readonly spans: number;
  /** from what stands before it, ended as a completion is that something must follow */
  readonly today: number;
  /** ended where text and what follows are likeliest together; null: nothing follows on the line */
  readonly joint: number | null;
  /** from both sides; null: not learnt */
  readonly filledIn: number | null;
  /** bits per byte of the stretch, knowing what stands before it */
  readonly bitsBefore: number;
  /** and what stands behind it, too */
  readonly bitsBetween: number | null;
}

export interface FillInRun {
  readonly corpus: string;
  readonly seed: number;
  /** of the sequences that were rearranged */
  readonly share: number;
  /** of held-out text as it stands */
  readonly bitsPerByte: number;
  readonly parameters: number;
  readonly steps: number;
  readonly epochs: number;
  readonly withinLine: SpanScores;
  readonly line: SpanScores;
}

export interface FillInResults {
  /** arithmetic of each training, 10¹² operations */
  readonly tflop: number;
  readonly runs: readonly FillInRun[];
}

/** Of one training: what function calling is worth to it, and what it costs. */
export interface CallTrial {
  readonly corpus: string;
  readonly seed: number;
  /** with messages in its text */
  readonly calls: boolean;
  /** of the mixture, on the held-out text, in which there are no messages */
  readonly bitsPerByte: number;
  readonly transformerBitsPerByte: number;
  readonly identTop1: number;
  /** null without */
  readonly report: CallReport | null;
}

export interface CallResults {
  readonly preset: string;
  readonly steps: number;
  readonly trials: readonly CallTrial[];
}

export interface ReplayRun {
  readonly corpus: string;
  readonly seed: number;
  /** arithmetic of the training, 10¹² operations */
  readonly tflop: number;
  /** of the sequences that repeat the base's own text */
  readonly share: number;
  readonly steps: number;
  /** readings of the workspace's text */
  readonly epochs: number;
  /** of the workspace's held-out files, with the last weights; and with their moving average */
  readonly bitsPerByte: number;
  readonly averaged: number;
  /** of held-out text of the base's kind */
  readonly baseBitsPerByte: number;
}

/** Of the held-out files of one corpus, each learnt while it is read. */
export interface DynamicRun {
  readonly corpus: string;
  readonly seed: number;
  /** of the workspace; null: all */
  readonly mostFiles: number | null;
  /** learning rate; 0: nothing is learnt */
  readonly rate: number;
  /** tokens from one step to the next */
  readonly every: number;
  readonly steps: number;
  /** that were scored */
  readonly bytes: number;
  /** bits per byte of the base alone, and of counts and base */
  readonly transformer: number;
  readonly mixture: number;
}

export interface DynamicResults {
  readonly runs: readonly DynamicRun[];
}

export interface ReplayResults {
  readonly runs: readonly ReplayRun[];
}
