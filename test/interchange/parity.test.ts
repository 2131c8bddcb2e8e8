import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { exportModel } from '../../extension/interchange/exportModel.ts';
import { importModel } from '../../extension/interchange/importModel.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { type ExportDtype, exportDtypes } from '../../extension/protocol/interchange.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { python } from '../distributed/pytorch.ts';
import { realCode } from '../engine/tinyModel.ts';
import { type Gaps, gapsBetween } from '../parity/gaps.ts';
import { evaluateWithLlamaCpp, installLlamaCpp, startLlamaCpp } from '../parity/llamaCpp.ts';

const root = path.join(import.meta.dirname, '..', '..');
const base = path.join(root, 'base');
const nobody = (): void => {};

let scratch: string;
let model: Checkpoint;
/** real code as token ids: sequences that fill the context */
let sequences: number[][];
let ours: Float32Array[];
let unavailable: string | null = null;

/** The base model that ships, from 8 bits to 32, out and in again: what every engine is held to. */
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-exported-'));
  const [folder, checkpoint] = [path.join(scratch, 'huggingface'), path.join(scratch, 'imported')];
  const request = { type: 'export', model: base, format: 'huggingface', dtype: 'f32', out: folder } as const;
  await exportModel(nodeFiles, request, nobody);
  await importModel(nodeFiles, { type: 'import', from: folder, checkpoint }, nobody);
  model = await readCheckpoint(nodeFiles, checkpoint);
  const tokenizer = tokenizerFromJson(model.tokenizerJson);
  const context = model.config.maxPositionEmbeddings;
  sequences = realCode()
    .map((code) => [tokenizer.endOfText, ...tokenizer.encode(code)].slice(0, context))
    .filter((ids) => ids.length === context)
    .slice(0, 2);
  const compiled = await compileKernels((name) => nodeFiles.read(path.join(root, 'dist', name)), true);
  const decoder = new Decoder(compiled, model.config, model.tensors, 'f32');
  ours = sequences.map((ids) => decoder.all(ids));
  try {
    installLlamaCpp();
  } catch (error) {
    // Where the network and a binary are promised, a missing llama.cpp must not pass for agreement.
    const promised = process.platform === 'linux' && process.arch === 'x64';
    if (promised && process.env['CI'] !== undefined) throw error;
    unavailable = `no comparison with llama.cpp here: ${(error as Error).message}`;
  }
  // npm may have to fetch 35 MB first.
}, 300_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function gapsToLlamaCpp(dtype: ExportDtype): Promise<Gaps> {
  const file = path.join(scratch, `${dtype}.gguf`);
  await exportModel(nodeFiles, { type: 'export', model: base, format: 'gguf', dtype, out: file }, nobody);
  const { vocabSize } = model.config;
  const theirs = await evaluateWithLlamaCpp(await startLlamaCpp(), file, sequences, vocabSize);
  return gapsBetween(
    ours,
    theirs.map(({ logits }) => logits),
    sequences,
    vocabSize,
  );
}

function gapsToPyTorch(engine: 'transformers' | 'distributed'): Gaps {
  const [ids, out] = [path.join(scratch, 'ids.json'), path.join(scratch, `${engine}.bin`)];
  writeFileSync(ids, JSON.stringify(sequences));
  const script = path.join(root, 'test', 'parity', 'logits.py');
  const args = [script, engine, path.join(scratch, 'huggingface'), ids, out];
  const { status, stderr } = spawnSync(python!, args, {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(status, stderr).toBe(0);
  const bytes = readFileSync(out);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const { vocabSize, maxPositionEmbeddings } = model.config;
  const size = vocabSize * maxPositionEmbeddings;
  const theirs = sequences.map((_, i) => all.subarray(i * size, (i + 1) * size));
  return gapsBetween(ours, theirs, sequences, vocabSize);
}

/**
 * What a type may cost. In f16 llama.cpp rounds weights and activations to 11 bits, so that each factor of a product is off by up to 2⁻¹¹;
 * in q8_0 to whole steps of 1/127 of the largest value of a block, up to eight times as much. A divergence goes with the square of that.
 */
const bounds: Record<ExportDtype, Pick<Gaps, 'largest' | 'divergence'>> = {
  f32: { largest: 1e-3, divergence: 1e-8 },
  f16: { largest: 0.1, divergence: 1e-5 },
  q8_0: { largest: 2, divergence: 5e-3 },
};
/** Of the loss: as much as our own 8 bits may cost. */
const mostLost = 0.01;

describe('the base model, exported, over ≥ 1,000 positions of this project’s code', () => {
  it.for(exportDtypes)(
    'says in llama.cpp, as GGUF of %s, what our engine says',
    { timeout: 300_000 },
    async (dtype, { skip }) => {
      if (unavailable !== null) skip(unavailable);
      const { positions, largest, divergence, losses } = await gapsToLlamaCpp(dtype);
      expect(positions).toBeGreaterThanOrEqual(1_000);
      expect(largest).toBeLessThan(bounds[dtype].largest);
      expect(divergence).toBeLessThan(bounds[dtype].divergence);
      expect(Math.abs(losses[1] / losses[0] - 1)).toBeLessThan(mostLost);
    },
  );

  it.for(['distributed', 'transformers'] as const)(
    'says in PyTorch (%s), as a Hugging Face folder, what our engine says within 1e-3',
    { timeout: 300_000 },
    (engine, { skip }) => {
      const missing = missingFor(engine);
      if (missing !== null) {
        console.warn(missing);
        skip(missing);
      }
      const { positions, largest } = gapsToPyTorch(engine);
      expect(positions).toBeGreaterThanOrEqual(1_000);
      expect(largest).toBeLessThan(1e-3);
    },
  );
});

/**
 * Why there is no comparison; null: there is one. CI installs PyTorch, so that its absence must not pass for agreement; transformers is not
 * to be had there.
 */
function missingFor(engine: 'transformers' | 'distributed'): string | null {
  if (python === null) {
    const advice =
      'The base is not compared with PyTorch: no Python here has it. On Debian: apt-get install python3-torch.';
    if (engine === 'distributed' && process.env['CI'] !== undefined) throw new Error(advice);
    return advice;
  }
  return engine === 'distributed' || hasTransformers()
    ? null
    : 'The base is not compared with transformers: no Python here has its ArceeForCausalLM.';
}

function hasTransformers(): boolean {
  return spawnSync(python!, ['-c', 'from transformers import ArceeForCausalLM']).status === 0;
}
