import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../extension/engine/safetensors.ts';
import { exportModel } from '../../extension/interchange/exportModel.ts';
import { importModel } from '../../extension/interchange/importModel.ts';
import { interchange } from '../../extension/interchange/interchangeClient.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import type { ExportDtype, ExportFormat } from '../../extension/protocol/interchange.ts';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { realCode } from '../engine/tinyModel.ts';
import { config, model, refusal, tensors } from './tinyExport.ts';

const nobody = (): void => {};
const base = path.join(import.meta.dirname, '..', '..', 'base');

let root: string;
let ours: string;
let folder: string;
const into = (name: string): string => path.join(root, name);

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-interchange-'));
  ours = into('ours');
  await writeCheckpoint(nodeFiles, ours, model);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(() => {
  rmSync(into('exported'), { recursive: true, force: true });
  rmSync(into('imported'), { recursive: true, force: true });
  folder = into('exported');
});

async function exported(
  format: ExportFormat = 'huggingface',
  dtype: ExportDtype = 'f32',
  from = ours,
): Promise<void> {
  await exportModel(nodeFiles, { type: 'export', model: from, format, dtype, out: folder }, nobody);
}

async function imported(from = folder): Promise<Checkpoint> {
  await importModel(nodeFiles, { type: 'import', from, checkpoint: into('imported') }, nobody);
  return readCheckpoint(nodeFiles, into('imported'), { withOptimizer: true });
}

function changeConfig(change: object): void {
  const file = path.join(folder, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...config, ...change }));
}

function changeTensors(change: (tensors: Map<string, Tensor>) => void): void {
  const file = path.join(folder, 'model.safetensors');
  const stored = decodeSafetensors(readFileSync(file), file);
  change(stored);
  writeFileSync(file, Buffer.concat(encodeSafetensors(stored)));
}

describe('a model that is exported as a Hugging Face folder and imported again', () => {
  it('has the same bits: weights, shape and tokenizer', async () => {
    await exported();
    const back = await imported();
    expect(back.config).toEqual(config);
    expect(back.tensors).toEqual(tensors);
    expect(back.tokenizerJson).toBe(model.tokenizerJson);
  });

  it('says nothing of whose text it has learnt from, or where that was', async () => {
    await exported();
    expect(readdirSync(folder).toSorted()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(path.join(folder, name), 'latin1')).not.toContain('secret project');
    }
    const { trainerState } = await imported();
    expect(trainerState).toMatchObject({ provenance: null, heldOutBitsPerByte: null, preset: 'base' });
  });

  it('is nearest in float16, comes back as those numbers and is exported the same a second time', async () => {
    await exported('huggingface', 'f16');
    const back = await imported();
    for (const [name, values] of back.tensors) {
      const before = tensors.get(name)!;
      // half of the 2⁻¹¹ between neighbours, and the smallest step below 2⁻¹⁴
      const isNear = values.every(
        (value, i) => Math.abs(value - before[i]!) <= Math.abs(before[i]!) * 2 ** -11 + 2 ** -25,
      );
      expect(isNear, name).toBe(true);
    }
    const first = readFileSync(path.join(folder, 'model.safetensors'));
    expect(JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'))).toMatchObject({
      dtype: 'float16',
      torch_dtype: 'float16',
    });
    rmSync(folder, { recursive: true });
    await exported('huggingface', 'f16', into('imported'));
    expect(readFileSync(path.join(folder, 'model.safetensors')).equals(first)).toBe(true);
  });

  it('is the float32 of its whole numbers where it was kept in 8 bits', async () => {
    await writeCheckpoint(nodeFiles, into('int8'), model, 'I8');
    await exported('huggingface', 'f32', into('int8'));
    const back = await imported();
    expect(back.tensors).toEqual((await readCheckpoint(nodeFiles, into('int8'))).tensors);
    expect(readFileSync(path.join(folder, 'model.safetensors'), 'latin1').slice(0, 4_000)).not.toContain(
      'I8',
    );
  });

  it('has a tokenizer.json by which Hugging Face encodes this project’s code as we do', async () => {
    await exported();
    const json = readFileSync(path.join(folder, 'tokenizer.json'), 'utf8');
    const theirs = new HuggingFaceTokenizer(
      JSON.parse(json) as object,
      JSON.parse(readFileSync(path.join(folder, 'tokenizer_config.json'), 'utf8')) as object,
    );
    const mine = tokenizerFromJson(json);
    const files = realCode();
    expect(files.length).toBeGreaterThan(20);
    for (const code of files) {
      expect(theirs.encode(new TextDecoder().decode(code)).ids).toEqual([...mine.encode(code)]);
    }
  });
});

describe('an export', () => {
  it('of what was published takes its card and attributions along', async () => {
    writeFileSync(path.join(ours, 'ATTRIBUTIONS.md'), 'theirs');
    await exported();
    expect(readFileSync(path.join(folder, 'ATTRIBUTIONS.md'), 'utf8')).toBe('theirs');
    rmSync(path.join(ours, 'ATTRIBUTIONS.md'));
  });

  it('as a Hugging Face folder has no q8_0', async () => {
    const error = await refusal(() => exported('huggingface', 'q8_0'));
    expect(error).toMatchObject({ code: 'argumentInvalid', message: expect.stringContaining('q8_0') });
  });

  it('never goes to a folder that is in use', async () => {
    cpSync(ours, folder, { recursive: true });
    const error = await refusal(() => exported());
    expect(error).toMatchObject({ code: 'argumentInvalid', message: expect.stringContaining(folder) });
    expect((await readCheckpoint(nodeFiles, folder)).tensors).toEqual(tensors);
  });

  it.each([
    ['huggingface', 'f16'],
    ['gguf', 'f16'],
    ['gguf', 'q8_0'],
  ] as const)('as %s, %s names what float16 can not hold', async (format, dtype) => {
    const name = 'model.layers.0.mlp.up_proj.weight';
    const large = new Map(tensors).set(
      name,
      tensors.get(name)!.map((value, i) => (i === 3 ? 70_000 : value)),
    );
    await writeCheckpoint(nodeFiles, into('large'), { ...model, tensors: large });
    const error = await refusal(() => exported(format, dtype, into('large')));
    expect(error.message).toContain(`${name} should hold numbers up to 65504 and holds 70000 at 3`);
  });

  it('replaces a GGUF file as a whole', async () => {
    writeFileSync(folder, 'what was there');
    await exported('gguf');
    expect(readFileSync(folder).subarray(0, 4).toString()).toBe('GGUF');
    expect(readdirSync(root).filter((name) => name.includes('.nihilo-new'))).toEqual([]);
  });

  it('and an import run in a thread of their own, which is gone in the end', async () => {
    const { signal } = new AbortController();
    const stages: string[] = [];
    const request = {
      type: 'export',
      model: ours,
      format: 'huggingface',
      dtype: 'f32',
      out: folder,
    } as const;
    const report = await interchange(nodePlatform(), request, (stage) => stages.push(stage), signal);
    expect(stages).toEqual(['reading', 'writing']);
    expect(report).toMatchObject({ vocabSize: config.vocabSize });
    const back = { type: 'import', from: folder, checkpoint: into('imported') } as const;
    expect(await interchange(nodePlatform(), back, nobody, signal)).toMatchObject({
      parameters: report.parameters,
    });
  });
});

describe('an import', () => {
  it('takes over where our own training stood, but never whose text it read', async () => {
    const optimizer = {
      weights: tensors,
      first: tensors,
      second: new Map(),
      average: null,
      scheduledBest: null,
    };
    const adam = { ...optimizer, second: tensors };
    await writeCheckpoint(nodeFiles, into('resumable'), {
      ...model,
      trainerState: { ...model.trainerState, optimizer: 'adamw' },
      optimizer: adam,
    });
    const { trainerState, optimizer: back } = await imported(into('resumable'));
    expect(trainerState).toMatchObject({ step: 7, heldOutBitsPerByte: 1.5, provenance: null });
    expect(back?.second).toEqual(tensors);
  });

  it('takes a folder that was changed after our training for somebody else’s', async () => {
    cpSync(ours, folder, { recursive: true });
    changeTensors((stored) => (stored.get('model.norm.weight')!.data[0] = 0.5));
    const back = await imported();
    expect(back.trainerState.heldOutBitsPerByte).toBeNull();
    expect(back.tensors.get('model.norm.weight')![0]).toBe(0.5);
  });

  it('reads what transformers 4 and 5 write, and what they leave out means what they take it for', async () => {
    await exported();
    changeConfig({ rope_parameters: undefined, rope_scaling: null, head_dim: undefined });
    expect((await imported()).config).toEqual(config);
    changeConfig({
      rope_theta: undefined,
      rope_parameters: { rope_type: 'default', rope_theta: 10_000 },
      num_key_value_heads: null,
      hidden_act: undefined,
      mlp_bias: undefined,
      transformers_version: '5.1.0',
      use_cache: true,
    });
    expect((await imported()).config).toEqual(config);
    changeConfig({ rope_parameters: undefined, rms_norm_eps: undefined });
    expect((await imported()).config).toEqual(config);
  });

  it.each(['f32', 'f16'] as const)(
    'reads weights in %s behind a header of any length, which no program must pad',
    async (dtype) => {
      await exported('huggingface', dtype);
      const before = await imported();
      const file = path.join(folder, 'model.safetensors');
      const bytes = readFileSync(file);
      const length = Number(bytes.readBigUInt64LE());
      for (const padding of [1, 2, 3]) {
        const head = Buffer.alloc(8);
        head.writeBigUInt64LE(BigInt(length + padding));
        const spaces = Buffer.alloc(padding, ' ');
        writeFileSync(
          file,
          Buffer.concat([head, bytes.subarray(8, 8 + length), spaces, bytes.subarray(8 + length)]),
        );
        expect((await imported()).tensors).toEqual(before.tensors);
      }
    },
  );

  it('drops a tied head that says the same twice, and refuses one that says something else', async () => {
    await exported();
    changeTensors((stored) => stored.set('lm_head.weight', stored.get('model.embed_tokens.weight')!));
    expect((await imported()).tensors).toEqual(tensors);
    changeTensors((stored) => {
      const { shape, data } = stored.get('lm_head.weight')!;
      stored.set('lm_head.weight', { shape, data: data.map((value, i) => (i === 9 ? value + 1 : value)) });
    });
    expect((await refusal(imported)).message).toContain('lm_head.weight');
  });

  const name = 'model.layers.0.self_attn.q_proj.weight';
  it.each<[string, (stored: Map<string, Tensor>) => unknown, string]>([
    ['a missing tensor', (stored) => stored.delete(name), `${name} of shape [8, 8] and does not hold it`],
    [
      'a tensor of another shape',
      (stored) => stored.set(name, { shape: [4, 16], data: new Float32Array(64) }),
      `${name} of shape [8, 8] and holds [4, 16]`,
    ],
    [
      'NaN',
      (stored) => (stored.get(name)!.data[5] = NaN),
      `${name} of shape [8, 8] in finite numbers and holds NaN at 5`,
    ],
    ['an infinity', (stored) => (stored.get(name)!.data[63] = Infinity), 'holds Infinity at 63'],
    [
      'a tensor too many',
      (stored) =>
        stored.set('model.layers.0.mlp.gate_proj.weight', { shape: [1], data: new Float32Array(1) }),
      'model.layers.0.mlp.gate_proj.weight',
    ],
  ])('names %s, what was expected, and what to do', async (_what, change, said) => {
    await exported();
    changeTensors(change);
    const error = await refusal(imported);
    expect(error.code).toBe('checkpointForeign');
    expect(error.message).toContain(said);
    expect(error.message).toContain('Choose another folder');
    expect(await nodeFiles.exists(into('imported'))).toBe(false);
  });

  it('names a tensor of a dtype that it does not read', async () => {
    await exported();
    const file = path.join(folder, 'model.safetensors');
    const bytes = readFileSync(file);
    bytes.write(bytes.subarray(0, 200).toString('latin1').replace('"F32"', '"I32"'), 0, 'latin1');
    writeFileSync(file, bytes);
    expect((await refusal(imported)).message).toMatch(
      /model\.embed_tokens\.weight with one of the dtypes F32, F16, BF16 and holds I32/,
    );
  });

  it('takes whole numbers with scales of a training of ours, as the base ships, and of nobody else', async () => {
    const { tensors: own } = await readCheckpoint(nodeFiles, base);
    const back = (await imported(base)).tensors;
    // Buffers, since a comparison of millions of numbers one by one takes long.
    const bytes = (values: Float32Array): Buffer =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    for (const [name, values] of own) expect(bytes(back.get(name)!).equals(bytes(values)), name).toBe(true);
    cpSync(base, folder, { recursive: true });
    rmSync(path.join(folder, 'trainer_state.json'));
    const { code, message } = await refusal(imported);
    expect(code).toBe('checkpointForeign');
    expect(message).toMatch(/with one of the dtypes F32, F16, BF16 and holds I8/);
  });

  it('takes a folder of Hugging Face’s Trainer, whose trainer_state.json is another one', async () => {
    await exported();
    const state = {
      best_metric: null,
      epoch: 1,
      global_step: 500,
      log_history: [],
      is_world_process_zero: true,
    };
    const file = path.join(folder, 'trainer_state.json');
    const before = (await imported()).tensors;
    for (const text of [JSON.stringify(state), '[]', 'null', '{"epoch":']) {
      writeFileSync(file, text);
      const { tensors } = await imported();
      expect([...tensors.keys()]).toEqual([...before.keys()]);
    }
  });

  it('refuses a tokenizer that it can not do exactly, and says how to come to one', async () => {
    await exported();
    const file = path.join(folder, 'tokenizer.json');
    const json = readFileSync(file, 'utf8');
    writeFileSync(file, json.replace('"add_prefix_space": false', '"add_prefix_space": true'));
    const { code, message } = await refusal(imported);
    expect(code).toBe('checkpointForeign');
    expect(message).toMatch(/add_prefix_space.*nihilo tokenize/s);
    writeFileSync(file, tokenizerToJson(trainTokenizer(realCode(), 280)));
    expect((await refusal(imported)).message).toContain(`hold ${config.vocabSize} tokens`);
  });

  it('refuses weights that are larger than config.json says before it reads them', async () => {
    await exported();
    const file = path.join(folder, 'model.safetensors');
    truncateSync(file, 200_000_000);
    expect((await refusal(imported)).message).toMatch(
      /model\.safetensors should hold at most \d+ bytes.*holds 200000000/,
    );
  });

  it('never reads a pickle, and says how to save a model without one', async () => {
    await exported();
    rmSync(path.join(folder, 'model.safetensors'));
    writeFileSync(path.join(folder, 'pytorch_model.bin'), 'cos\nsystem\n');
    expect((await refusal(imported)).message).toMatch(
      /pytorch_model\.bin, which can run a program.*safe_serial/s,
    );
    rmSync(path.join(folder, 'pytorch_model.bin'));
    expect((await refusal(imported)).message).toMatch(/should hold model\.safetensors and does not/);
    writeFileSync(path.join(folder, 'model.safetensors.index.json'), '{}');
    expect((await refusal(imported)).message).toContain('max_shard_size');
  });

  it('leaves the model that was there where the new one is refused', async () => {
    await exported();
    await imported();
    changeConfig({ mlp_bias: true });
    await refusal(imported);
    expect((await readCheckpoint(nodeFiles, into('imported'))).tensors).toEqual(tensors);
  });
});
