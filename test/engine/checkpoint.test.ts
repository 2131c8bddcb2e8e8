import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../extension/engine/safetensors.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { previousFolder } from '../../extension/platform/platform.ts';
import { type ErrorCode, NihiloError } from '../../extension/protocol/errors.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import { tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { MemoryFiles } from './memoryFiles.ts';
import { randomTensors } from './tinyModel.ts';

const config: ModelConfig = {
  vocabSize: 261,
  hiddenSize: 8,
  intermediateSize: 32,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  maxPositionEmbeddings: 16,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
};

/** 256 bytes, the control tokens and as many merges as fit. */
const tokenizerJson = (vocabSize: number): string =>
  tokenizerToJson(trainTokenizer([new TextEncoder().encode('abab cdcd')], vocabSize));

const corpora = [
  { folders: ['/code', '/more'], exclude: ['*.md'] },
  { folders: ['/other'], exclude: [], readAtMs: 1_600_000_000.5 },
];
const checkpoint: Checkpoint = {
  config,
  tensors: randomTensors(config, 1),
  tokenizerJson: tokenizerJson(261),
  trainerState: {
    preset: 'pencil',
    vocabSize: 261,
    seed: 7,
    reproducible: false,
    optimizer: 'adamw',
    tokensPerStep: null,
    calls: true,
    step: 123,
    tokens: 45_678,
    sequences: 90,
    seconds: 1.5,
    textTokens: 4_321,
    best: { step: 100, loss: 2.25, bitsPerByte: 1.75 },
    scheduledBest: { step: 90, loss: 2.5, bitsPerByte: 1.875 },
    ofTwoTexts: true,
    heldOutBitsPerByte: 1.8,
    trainBitsPerByte: 1.6,
    provenance: { corpora, readAtMs: 1_700_000_000.5 },
  },
  optimizer: {
    weights: randomTensors(config, 2),
    first: randomTensors(config, 3),
    second: randomTensors(config, 4),
    average: randomTensors(config, 6),
    scheduledBest: randomTensors(config, 5),
  },
};

const folder = '/models/one';
let files: MemoryFiles;

beforeEach(async () => {
  files = new MemoryFiles();
  await writeCheckpoint(files, folder, checkpoint);
});

async function failure(): Promise<NihiloError> {
  try {
    await readCheckpoint(files, folder, { withOptimizer: true });
  } catch (error) {
    if (error instanceof NihiloError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

/** Puts other content under a name, with a digest that fits: what is wrong is then the content, not the copy. */
async function replaceFile(name: string, bytes: Uint8Array): Promise<void> {
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes as BufferSource)).toString('hex');
  const state = await readJson('trainer_state.json');
  files.contents.set(`${folder}/${name}`, bytes);
  writeJson('trainer_state.json', { ...state, sha256: { ...(state['sha256'] as object), [name]: digest } });
}

async function readJson(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(await files.read(`${folder}/${name}`))) as Record<
    string,
    unknown
  >;
}

const encodeJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const writeJson = (name: string, value: unknown): void => {
  files.contents.set(`${folder}/${name}`, encodeJson(value));
};

async function replaceTensors(
  change: (tensors: Map<string, Tensor>) => void,
  name = 'model.safetensors',
): Promise<void> {
  const tensors = decodeSafetensors(await files.read(`${folder}/${name}`), name);
  change(tensors);
  await replaceFile(name, Buffer.concat(encodeSafetensors(tensors)));
}

describe('a checkpoint', () => {
  it('reads back everything that was written, to the bit', async () => {
    expect(await readCheckpoint(files, folder, { withOptimizer: true })).toEqual(checkpoint);
  });

  it('reads back without the optimizer unless it is asked for, and without one that was not written', async () => {
    expect(await readCheckpoint(files, folder)).toEqual({ ...checkpoint, optimizer: null });
    await writeCheckpoint(files, folder, { ...checkpoint, optimizer: null });
    expect(files.names(folder)).not.toContain('optimizer.safetensors');
    expect(await readCheckpoint(files, folder, { withOptimizer: true })).toEqual({
      ...checkpoint,
      optimizer: null,
    });
  });

  it('keeps one moment of the hidden matrices, under its own name, when Muon updates them', async () => {
    const { trainerState, optimizer } = checkpoint;
    const outer = [...optimizer!.second].filter(([name]) => !name.includes('proj'));
    const muon: Checkpoint = {
      ...checkpoint,
      trainerState: { ...trainerState, optimizer: 'muon', tokensPerStep: 4_096, vocabSize: null },
      optimizer: { ...optimizer!, second: new Map(outer) },
    };
    await writeCheckpoint(files, folder, muon);
    expect(await readCheckpoint(files, folder, { withOptimizer: true })).toEqual(muon);
    const name = 'optimizer.safetensors';
    const stored = [...decodeSafetensors(await files.read(`${folder}/${name}`), name).keys()];
    const matrix = 'model.layers.1.mlp.up_proj.weight';
    expect(stored.filter((key) => key.endsWith(matrix)).toSorted()).toEqual([
      `average.${matrix}`,
      `best.${matrix}`,
      `momentum_buffer.${matrix}`,
      `weight.${matrix}`,
    ]);
  });

  it('keeps a training loss that is not known yet', async () => {
    const trainerState = { ...checkpoint.trainerState, trainBitsPerByte: null };
    await writeCheckpoint(files, folder, { ...checkpoint, trainerState });
    expect((await readCheckpoint(files, folder)).trainerState).toEqual(trainerState);
  });

  it('reads back from a real disk, replaced by a later one, and is torn when a file there is cut', async () => {
    const parent = await mkdtemp(path.join(tmpdir(), 'nihilo-checkpoint-'));
    try {
      const real = `${parent}/model`;
      await writeCheckpoint(nodeFiles, real, { ...checkpoint, tensors: randomTensors(config, 5) });
      await writeCheckpoint(nodeFiles, real, checkpoint);
      expect(await readCheckpoint(nodeFiles, real, { withOptimizer: true })).toEqual(checkpoint);
      await truncate(`${real}/model.safetensors`, 1_000);
      await expect(readCheckpoint(nodeFiles, real)).rejects.toMatchObject({ code: 'checkpointTorn' });
      await expect(readCheckpoint(nodeFiles, `${parent}/none`)).rejects.toMatchObject({
        code: 'checkpointMissing',
      });
    } finally {
      await rm(parent, { recursive: true });
    }
  });

  it('is a Hugging Face model folder of the Arcee architecture with tied embeddings', async () => {
    expect(files.names(folder).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'optimizer.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'trainer_state.json',
    ]);
    expect(await readJson('config.json')).toMatchObject({
      architectures: ['ArceeForCausalLM'],
      model_type: 'arcee',
      vocab_size: 261,
      hidden_size: 8,
      intermediate_size: 32,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      head_dim: 4,
      hidden_act: 'relu2',
      max_position_embeddings: 16,
      rms_norm_eps: 1e-5,
      rope_theta: 10_000,
      rope_parameters: { rope_type: 'default', rope_theta: 10_000 },
      tie_word_embeddings: true,
      attention_bias: false,
      mlp_bias: false,
      bos_token_id: 257,
      eos_token_id: 257,
      dtype: 'float32',
    });
    expect(await readJson('tokenizer_config.json')).toMatchObject({
      eos_token: '<|endoftext|>',
      model_max_length: 16,
    });
    const stored = decodeSafetensors(await files.read(`${folder}/model.safetensors`), 'model.safetensors');
    expect(stored.has('lm_head.weight')).toBe(false);
    expect(stored.get('model.layers.1.mlp.down_proj.weight')?.shape).toEqual([8, 32]);
  });
});

describe('a damaged checkpoint', () => {
  const names = [
    'config.json',
    'model.safetensors',
    'optimizer.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ];

  it.each(names)('is torn without %s, says so and names it', async (name) => {
    files.contents.delete(`${folder}/${name}`);
    const error = await failure();
    expect(error.code).toBe('checkpointTorn');
    expect(error.message).toContain(name);
    expect(error.message).toContain(folder);
  });

  it.each(names)('is torn when %s has lost its end', async (name) => {
    const bytes = await files.read(`${folder}/${name}`);
    files.contents.set(`${folder}/${name}`, bytes.subarray(0, bytes.length - 3));
    const error = await failure();
    expect(error.code).toBe('checkpointTorn');
    expect(error.message).toContain(name);
  });

  it.each(names.filter((name) => name.endsWith('tensors')))(
    'is torn when any one bit of %s has flipped',
    async (name) => {
      const bytes = await files.read(`${folder}/${name}`);
      for (const share of [0, 0.1, 0.5, 0.999]) {
        const flipped = bytes.slice();
        flipped[Math.floor(share * bytes.length)]! ^= 1;
        files.contents.set(`${folder}/${name}`, flipped);
        expect((await failure()).code).toBe('checkpointTorn');
      }
    },
  );

  it('is torn without trainer_state.json, or with half of it', async () => {
    const bytes = await files.read(`${folder}/trainer_state.json`);
    files.contents.set(`${folder}/trainer_state.json`, bytes.subarray(0, bytes.length / 2));
    expect((await failure()).code).toBe('checkpointTorn');
    files.contents.delete(`${folder}/trainer_state.json`);
    expect((await failure()).code).toBe('checkpointTorn');
  });

  it('is read from the folder before, when a crash left only that', async () => {
    for (const name of files.names(folder)) {
      files.contents.set(`${previousFolder(folder)}/${name}`, await files.read(`${folder}/${name}`));
    }
    await files.removeFolder(folder);
    expect(await readCheckpoint(files, folder, { withOptimizer: true })).toEqual(checkpoint);
  });

  it('is read from the folder before, when a crash left that one whole and this one torn', async () => {
    await writeCheckpoint(files, previousFolder(folder), { ...checkpoint, optimizer: null });
    files.contents.set(`${folder}/model.safetensors`, new Uint8Array(100));
    expect(await readCheckpoint(files, folder)).toEqual({ ...checkpoint, optimizer: null });
  });

  it('is read whole while it is being replaced between two of its files', async () => {
    const later = { ...checkpoint, tensors: randomTensors(config, 9), optimizer: null };
    const read = files.read.bind(files);
    files.read = async (file) => {
      const bytes = await read(file);
      if (file.endsWith('trainer_state.json')) {
        files.read = read;
        await writeCheckpoint(files, folder, later);
      }
      return bytes;
    };
    expect(await readCheckpoint(files, folder)).toEqual(later);
  });

  it('is missing when there is no folder or nothing of a model in it, and says to train', async () => {
    await files.removeFolder(folder);
    expect(await failure()).toMatchObject({
      code: 'checkpointMissing',
      message: expect.stringMatching(/Train/),
    });
    files.contents.set(`${folder}/notes.txt`, new Uint8Array(3));
    expect((await failure()).code).toBe('checkpointMissing');
  });
});

describe('a foreign checkpoint', () => {
  it.each([
    ['architectures', ['LlamaForCausalLM']],
    ['model_type', 'llama'],
    ['hidden_act', 'silu'],
    ['tie_word_embeddings', false],
    ['attention_bias', true],
    ['mlp_bias', true],
    ['num_key_value_heads', 1],
    ['head_dim', 8],
    ['rope_parameters', { rope_type: 'yarn', rope_theta: 10_000, factor: 4 }],
    ['rope_parameters', { rope_type: 'default', rope_theta: 5_000 }],
    ['rope_parameters', { rope_type: 'default', rope_theta: 10_000, partial_rotary_factor: 0.5 }],
    ['rope_scaling', { rope_type: 'linear', factor: 2 }],
    ['tie_word_embeddings', undefined],
    ['rope_theta', '10000'],
    ['rms_norm_eps', null],
    ['vocab_size', 70_000],
    ['vocab_size', 261.5],
    ['hidden_size', 10],
    ['hidden_size', -8],
    ['intermediate_size', 24],
    ['num_hidden_layers', 0],
    ['num_attention_heads', 3],
    ['max_position_embeddings', undefined],
  ])('is refused by name when %s is %j', async (field, value) => {
    await replaceFile('config.json', encodeJson({ ...(await readJson('config.json')), [field]: value }));
    const error = await failure();
    const inOurNames = field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(error.code satisfies ErrorCode).toBe('checkpointForeign');
    expect(error.message).toMatch(new RegExp(`${field}|${inOurNames}`));
  });

  it.each(['model.safetensors', 'optimizer.safetensors'])(
    'is refused by the name of a tensor that %s lacks',
    async (name) => {
      const prefix = name.startsWith('model') ? '' : 'exp_avg_sq.';
      const tensor = `${prefix}model.layers.1.self_attn.k_proj.weight`;
      await replaceTensors((tensors) => tensors.delete(tensor), name);
      const error = await failure();
      expect(error.code).toBe('checkpointForeign');
      expect(error.message).toContain(tensor);
    },
  );

  it('is refused by the name of a tensor of another shape, of one that is not a number, and of one too many', async () => {
    const name = 'model.layers.0.mlp.up_proj.weight';
    const before = await files.read(`${folder}/model.safetensors`);
    const changes: [string, (tensors: Map<string, Tensor>) => void][] = [
      [`${name} of shape [32, 8] and holds [8, 32]`, (t) => t.set(name, { ...t.get(name)!, shape: [8, 32] })],
      ['holds NaN at 5', (t) => (t.get(name)!.data[5] = NaN)],
      ['holds -Infinity at 255', (t) => (t.get(name)!.data[255] = -Infinity)],
      ['lm_head.weight', (t) => t.set('lm_head.weight', { shape: [1], data: new Float32Array(1) })],
    ];
    for (const [said, change] of changes) {
      files.contents.set(`${folder}/model.safetensors`, before.slice());
      await replaceTensors(change);
      const error = await failure();
      expect(error.code).toBe('checkpointForeign');
      expect(error.message).toContain(said);
    }
  });

  it.each([
    ['another number of tokens', tokenizerJson(260), '261 tokens and holds 260'],
    ['another model', tokenizerJson(261).replace('"BPE"', '"WordPiece"'), 'model.type'],
    ['the end of its text missing', tokenizerJson(261).slice(0, -20), 'JSON'],
  ])('is refused when tokenizer.json has %s', async (_what, json, said) => {
    await replaceFile('tokenizer.json', new TextEncoder().encode(json));
    const error = await failure();
    expect(error.code).toBe('checkpointForeign');
    expect(error.message).toContain('tokenizer.json should hold');
    expect(error.message).toContain(said);
  });

  it.each([
    ['step', -1],
    ['preset', 'huge'],
    ['best', null],
    ['seconds', '3'],
    ['sha256', { 'model.safetensors': 5 }],
  ])('is refused when trainer_state.json has %s = %j', async (field, value) => {
    writeJson('trainer_state.json', { ...(await readJson('trainer_state.json')), [field]: value });
    expect(await failure()).toMatchObject({
      code: 'checkpointForeign',
      message: expect.stringContaining('trainer_state.json'),
    });
  });
});
