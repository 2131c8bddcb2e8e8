import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeGguf } from '../../extension/engine/gguf.ts';
import { parameterTable } from '../../extension/engine/layout.ts';
import { encodeSafetensors } from '../../extension/engine/safetensors.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import { tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import {
  trialBatches,
  trialProgress,
  trialRecipe,
  trialTensors,
  type TrainStepSubject,
} from '../../extension/bench/trials.ts';
import { learningRate, type Recipe } from '../../extension/training/recipe.ts';

/** What `case.json` holds. */
export interface TrainingCase {
  readonly config: ModelConfig;
  readonly batches: number;
  readonly sequences: number;
  readonly length: number;
  /** of the first steps; the last one from then on */
  readonly learningRates: readonly number[];
  readonly recipe: Pick<Recipe, 'beta1' | 'beta2' | 'eps' | 'weightDecay' | 'clip'>;
}

/** Batches that rivals read in turn; ours reads on, which costs the same. The losses of the first ones are compared. */
const batches = 16;

/**
 * Writes what another program needs to take our training steps:
 * `model.safetensors`, `batches.i32` = i32[batches, 2 (ids, targets), sequences, length], and `case.json`.
 */
export async function writeTrainingCase(folder: string, subject: TrainStepSubject): Promise<void> {
  const { config, tokens, length } = subject;
  const recipe = trialRecipe(subject);
  const sequences = tokens / length;
  const data = new Int32Array(batches * 2 * tokens);
  const stream = trialBatches(config);
  for (let batch = 0; batch < batches; batch++) {
    const [ids, targets] = [0, 1].map((part) =>
      data.subarray((2 * batch + part) * tokens).subarray(0, tokens),
    );
    stream.read(ids!, targets!, batch * sequences, sequences, length);
  }
  const rates = Array.from({ length: recipe.warmUpSteps }, (_, step) =>
    learningRate(recipe, step, trialProgress),
  );
  const { beta1, beta2, eps, weightDecay, clip } = recipe;
  const description: TrainingCase = {
    config,
    batches,
    sequences,
    length,
    learningRates: rates,
    recipe: { beta1, beta2, eps, weightDecay, clip },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'case.json'), JSON.stringify(description));
  await writeFile(path.join(folder, 'batches.i32'), data);
  const tensors = trialTensors(config);
  const shaped = parameterTable(config).map(
    ({ name, shape }) => [name, { shape, data: tensors.get(name)! }] as const,
  );
  await writeFile(path.join(folder, 'model.safetensors'), encodeSafetensors(new Map(shaped)));
}

/** Writes the model as llama.cpp reads it, in both types. @returns the files */
export async function writeGgufFiles(
  folder: string,
  config: ModelConfig,
): Promise<{ readonly f32: string; readonly q8: string }> {
  await mkdir(folder, { recursive: true });
  const checkpoint = { config, tensors: trialTensors(config), tokenizerJson: tokenizerOf(config.vocabSize) };
  const files = { f32: path.join(folder, 'f32.gguf'), q8: path.join(folder, 'q8.gguf') };
  await writeFile(files.f32, encodeGguf(checkpoint));
  await writeFile(files.q8, encodeGguf(checkpoint, 'q8_0'));
  return files;
}

/** llama.cpp wants a vocabulary of the right size, though only ids are fed: one learnt from the project's own sources. */
function tokenizerOf(vocabSize: number): string {
  const folder = path.join(import.meta.dirname, '..', '..', 'extension');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const tokenizer = trainTokenizer(
    names.sort().map((name) => readFileSync(path.join(folder, name))),
    vocabSize,
  );
  if (tokenizer.vocabSize !== vocabSize) {
    throw new Error(`Expected a vocabulary of ${vocabSize} tokens, got ${tokenizer.vocabSize}.`);
  }
  return tokenizerToJson(tokenizer);
}
