import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../extension/engine/checkpoint.ts';
import { exportModel } from '../../extension/interchange/exportModel.ts';
import { importModel } from '../../extension/interchange/importModel.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import { model, refusal, tensors, tokenizer } from './tinyExport.ts';

const nobody = (): void => {};

let root: string;
let config: object;
const into = (name: string): string => path.join(root, name);

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-fields-'));
  await writeCheckpoint(nodeFiles, into('ours'), model);
  const out = into('exported');
  const request = { type: 'export', model: into('ours'), format: 'huggingface', dtype: 'f32', out } as const;
  await exportModel(nodeFiles, request, nobody);
  config = JSON.parse(readFileSync(into('exported/config.json'), 'utf8')) as object;
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function changeConfig(change: object): void {
  writeFileSync(into('exported/config.json'), JSON.stringify({ ...config, ...change }));
}

async function imported(): Promise<void> {
  const request = { type: 'import', from: into('exported'), checkpoint: into('imported') } as const;
  await importModel(nodeFiles, request, nobody);
}

describe('an import', () => {
  it.each<[string, unknown, string]>([
    [
      'architectures',
      ['LlamaForCausalLM'],
      '["ArceeForCausalLM"] as architectures and holds ["LlamaForCausalLM"]',
    ],
    ['model_type', 'llama', '"arcee" as model_type and holds "llama"'],
    ['hidden_act', 'silu', '"relu2" as hidden_act and holds "silu"'],
    ['tie_word_embeddings', undefined, 'true as tie_word_embeddings and holds nothing'],
    ['attention_bias', true, 'false as attention_bias and holds true'],
    ['mlp_bias', true, 'false as mlp_bias and holds true'],
    ['vocab_size', 70_000, 'vocabSize between 2 and 65535; got 70000'],
    ['hidden_size', '8', 'a whole number from 0 as hidden_size and holds "8"'],
    ['intermediate_size', 16, 'intermediateSize = 4 × hiddenSize; got 16 and 8'],
    ['num_hidden_layers', 0, 'numHiddenLayers between 1 and 64; got 0'],
    ['num_attention_heads', 4, 'hiddenSize ÷ numAttentionHeads to be a multiple of 4; got 8 ÷ 4'],
    ['num_key_value_heads', 1, '2 as num_key_value_heads and holds 1'],
    ['head_dim', 8, '4 as head_dim and holds 8'],
    ['max_position_embeddings', 1e6, 'maxPositionEmbeddings between 2 and 8192; got 1000000'],
    ['max_position_embeddings', 1, 'maxPositionEmbeddings between 2 and 8192; got 1'],
    ['rms_norm_eps', '1e-5', 'a number as rms_norm_eps and holds "1e-5"'],
    ['rope_theta', 500_000, '500000 as rope_parameters.rope_theta and holds 10000'],
    [
      'rope_scaling',
      { type: 'linear', factor: 2 },
      'null as rope_scaling and holds {"type":"linear","factor":2}',
    ],
    [
      'rope_parameters',
      { rope_type: 'yarn', rope_theta: 10_000 },
      '"default" as rope_parameters.rope_type and holds "yarn"',
    ],
    [
      'rope_parameters',
      { rope_type: 'default', rope_theta: 10_000, partial_rotary_factor: 0.5 },
      '1 as rope_parameters.partial_rotary_factor and holds 0.5',
    ],
    ['partial_rotary_factor', 0.5, '1 as partial_rotary_factor and holds 0.5'],
    ['sliding_window', 4, 'null as sliding_window and holds 4'],
    ['is_causal', false, 'true as is_causal and holds false'],
    ['attention_dropout', 0.1, '0 as attention_dropout and holds 0.1'],
    ['pretraining_tp', 2, '1 as pretraining_tp and holds 2'],
    ['quantization_config', { bits: 4 }, 'null as quantization_config and holds {"bits":4}'],
    ['auto_map', { AutoModel: 'x.Y' }, 'null as auto_map and holds {"AutoModel":"x.Y"}'],
    [
      'eos_token_id',
      tokenizer.endOfText + 1,
      `${tokenizer.endOfText} as eos_token_id and holds ${tokenizer.endOfText + 1}`,
    ],
    ['eos_token_id', undefined, `${tokenizer.endOfText} as eos_token_id and holds nothing`],
    ['bos_token_id', 0, `${tokenizer.endOfText} as bos_token_id and holds 0`],
  ])(
    'names the field %s of config.json where it is %j, what it should be, and what to do',
    async (field, value, said) => {
      changeConfig({ [field]: value });
      const { code, message } = await refusal(imported);
      expect(code).toBe('checkpointForeign');
      expect(message).toContain('config.json');
      expect(message).toContain(said);
    },
  );

  it('is not concerned with fields that say nothing of the numbers', async () => {
    changeConfig({
      bos_token_id: null,
      pad_token_id: 3,
      initializer_range: 0.5,
      use_cache: false,
      is_causal: true,
      sliding_window: null,
      unheardOf: { of: true },
    });
    await imported();
    expect((await readCheckpoint(nodeFiles, into('imported'))).tensors).toEqual(tensors);
  });
});
