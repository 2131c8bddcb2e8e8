import { heldOutText, type HeldOutText } from '../../extension/evaluation/heldOutText.ts';
import { type ProbedLine } from '../../extension/evaluation/lines.ts';
import type { ScoringTask } from '../../extension/evaluation/scoring.ts';
import { type Tokenizer, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { realCode } from '../engine/tinyModel.ts';
import { OrderOneModel } from './orderOneModel.ts';

/** Real code, most of it learnt from and two files held out, with a vocabulary that is quickly gone through. */
export function sampleTask(lines: (texts: readonly HeldOutText[]) => ProbedLine[][] = noLines): {
  readonly tokenizer: Tokenizer;
  readonly task: ScoringTask;
  readonly model: () => OrderOneModel;
} {
  const code = realCode();
  const heldOut = code.slice(0, 2).map((bytes) => bytes.subarray(0, 1_500));
  const training = code.slice(2).map((bytes) => bytes.subarray(0, 3_000));
  const tokenizer = trainTokenizer(training, 350);
  const texts = heldOut.map((bytes, i) => heldOutText(tokenizer, `${i}.ts`, bytes, null));
  const ids = training.map((bytes) => tokenizer.encode(bytes));
  return {
    tokenizer,
    task: { tokenizer, texts, lines: lines(texts) },
    model: () => new OrderOneModel(tokenizer.vocabSize, tokenizer.endOfText, ids),
  };
}

function noLines(texts: readonly HeldOutText[]): ProbedLine[][] {
  return texts.map(() => []);
}

export const breathe = (): Promise<void> => Promise.resolve();
