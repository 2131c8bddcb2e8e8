import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { encodeGguf } from '../../extension/engine/gguf.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { gapsBetween } from '../parity/gaps.ts';
import { evaluateWithLlamaCpp, type Evaluation, installLlamaCpp, startLlamaCpp } from '../parity/llamaCpp.ts';
import { tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { randomTensors, realCode } from './tinyModel.ts';
import { untrainedState } from './untrainedState.ts';

const root = path.join(import.meta.dirname, '..', '..');
const tokenizer = trainTokenizer(realCode(), 1024);
const config = presetConfig('default', tokenizer.vocabSize);

let folder: string;
let checkpoint: Checkpoint;
let llama: Awaited<ReturnType<typeof startLlamaCpp>> | null = null;
let unavailable: string | null = null;
let theirs: Evaluation[];
/** real code as token ids: sequences that fill the context */
const sequences = realCode()
  .map((code) => [tokenizer.endOfText, ...tokenizer.encode(code)].slice(0, config.maxPositionEmbeddings))
  .filter((ids) => ids.length === config.maxPositionEmbeddings)
  .slice(0, 4);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nihilo-parity-'));
  try {
    installLlamaCpp();
    llama = await startLlamaCpp();
  } catch (error) {
    // Where the network and a binary are promised, a missing llama.cpp must not pass for agreement.
    const promised = process.platform === 'linux' && process.arch === 'x64';
    if (promised && process.env['CI'] !== undefined) throw error;
    unavailable = `no comparison with llama.cpp here: ${(error as Error).message}`;
    console.warn(unavailable);
  }
  await writeCheckpoint(nodeFiles, `${folder}/model`, {
    config,
    tensors: randomTensors(config, 1),
    tokenizerJson: tokenizerToJson(tokenizer),
    trainerState: untrainedState({ preset: 'default', optimizer: 'adamw' }),
    optimizer: null,
  });
  checkpoint = await readCheckpoint(nodeFiles, `${folder}/model`);
  if (llama === null) return;
  await writeFile(`${folder}/model.gguf`, encodeGguf(checkpoint));
  theirs = await evaluateWithLlamaCpp(llama, `${folder}/model.gguf`, sequences, config.vocabSize);
  // npm may have to fetch 35 MB first.
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function ourLogits(reproducible: boolean): Promise<Float32Array[]> {
  const compiled = await compileKernels((name) => readFile(path.join(root, 'dist', name)), reproducible);
  const decoder = new Decoder(compiled, checkpoint.config, checkpoint.tensors, 'f32');
  return sequences.map((ids) => decoder.all(ids));
}

describe('a checkpoint of ours and its GGUF in llama.cpp', () => {
  it.for([
    ['baseline', true],
    ['relaxed', false],
  ] as const)(
    'give every next token the same log-probability within 1e-3 over ≥ 1,000 positions of real code (%s kernels)',
    async ([, reproducible], { skip }) => {
      if (unavailable !== null) skip(unavailable);
      const logits = theirs.map((evaluation) => evaluation.logits);
      const ours = await ourLogits(reproducible);
      const { largest, positions } = gapsBetween(ours, logits, sequences, config.vocabSize);
      expect(positions).toBeGreaterThanOrEqual(1_000);
      expect(largest).toBeLessThan(1e-3);
    },
  );

  it('stand for the same text, token by token', ({ skip }) => {
    if (unavailable !== null) skip(unavailable);
    const ours = sequences.map((ids) => new TextDecoder().decode(tokenizer.decode(ids)));
    expect(theirs.map(({ text }) => text)).toEqual(ours);
  });
});
