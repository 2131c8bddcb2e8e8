import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import { checkConfig } from './config.ts';
import type { JsonObject } from './jsonObject.ts';

/** What every model of ours has; a config.json that says otherwise describes another network. */
const fixed = {
  architectures: ['ArceeForCausalLM'],
  model_type: 'arcee',
  hidden_act: 'relu2',
  tie_word_embeddings: true,
  attention_bias: false,
  mlp_bias: false,
} as const;

/**
 * What may be left out or null, and else must say this: with another value somebody's engine computes, trains or runs something else.
 * `attention_dropout` is of training only, but an import may be trained further, and ours drops nothing.
 */
const fixedIfSet = {
  attention_dropout: 0,
  auto_map: null,
  is_causal: true,
  partial_rotary_factor: 1,
  pretraining_tp: 1,
  quantization_config: null,
  rope_scaling: null,
  sliding_window: null,
} as const;

/** What transformers fills in where a file says nothing. @source `ArceeConfig` in Hugging Face transformers */
const theirDefaults: Readonly<Record<string, unknown>> = {
  hidden_act: 'relu2',
  tie_word_embeddings: false,
  attention_bias: false,
  mlp_bias: false,
};
const theirTheta = 10_000;
const theirEps = 1e-5;

/**
 * `config.json` as Hugging Face transformers reads it. θ and the type of the numbers stand there twice, because transformers renamed
 * both (`rope_theta` → `rope_parameters`, `torch_dtype` → `dtype`) and other engines read the old names.
 * @source `ArceeConfig` in Hugging Face transformers
 */
export function toArceeConfig(
  config: ModelConfig,
  endOfText: number,
  dtype: 'float32' | 'float16' = 'float32',
): Record<string, unknown> {
  return {
    ...fixed,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    num_key_value_heads: config.numAttentionHeads,
    head_dim: config.hiddenSize / config.numAttentionHeads,
    max_position_embeddings: config.maxPositionEmbeddings,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    rope_parameters: { rope_type: 'default', rope_theta: config.ropeTheta },
    attention_dropout: 0,
    bos_token_id: endOfText,
    eos_token_id: endOfText,
    dtype,
    torch_dtype: dtype,
  };
}

/**
 * Field by field, as old and new versions of transformers write them; what is left out means what transformers takes it for.
 * @throws {NihiloError} checkpointForeign naming the field, when this is not a model that our engine computes
 */
export function fromArceeConfig(json: JsonObject): ModelConfig {
  for (const [name, value] of Object.entries(fixed)) {
    if (json.has(name) || theirDefaults[name] !== value) json.require(name, value);
  }
  const config: ModelConfig = {
    vocabSize: json.count('vocab_size'),
    hiddenSize: json.count('hidden_size'),
    intermediateSize: json.count('intermediate_size'),
    numHiddenLayers: json.count('num_hidden_layers'),
    numAttentionHeads: json.count('num_attention_heads'),
    maxPositionEmbeddings: json.count('max_position_embeddings'),
    ropeTheta: thetaOf(json),
    rmsNormEps: json.has('rms_norm_eps') ? json.number('rms_norm_eps') : theirEps,
    tieWordEmbeddings: true,
  };
  try {
    checkConfig(config);
  } catch (error) {
    if (!(error instanceof NihiloError)) throw error;
    throw new NihiloError(
      'checkpointForeign',
      say`config.json describes a model that can't be used. ${error.sentence}`,
      {
        cause: error,
      },
    );
  }
  requireUnlessNull(json, 'num_key_value_heads', config.numAttentionHeads);
  requireUnlessNull(json, 'head_dim', config.hiddenSize / config.numAttentionHeads);
  for (const [name, value] of Object.entries(fixedIfSet)) requireUnlessNull(json, name, value);
  return config;
}

/**
 * That a text ends, and begins, with the token that our tokenizer ends one with. What leaves `eos_token_id` out means one beyond our
 * tokens to transformers (128,001); texts that begin with nothing are as good as ours, so `bos_token_id` may be missing.
 * @throws {NihiloError} checkpointForeign naming the field
 */
export function requireEndOfText(json: JsonObject, endOfText: number): void {
  json.require('eos_token_id', endOfText);
  requireUnlessNull(json, 'bos_token_id', endOfText);
}

/** Before transformers 5 it is `rope_theta`, since then a field of `rope_parameters`. */
function thetaOf(json: JsonObject): number {
  const old = json.has('rope_theta') ? json.number('rope_theta') : null;
  if (!json.has('rope_parameters') || json.isNull('rope_parameters')) return old ?? theirTheta;
  const parameters = json.object('rope_parameters');
  const theta = old ?? parameters.number('rope_theta');
  parameters.require('rope_type', 'default');
  parameters.require('rope_theta', theta);
  if (parameters.has('partial_rotary_factor')) parameters.require('partial_rotary_factor', 1);
  return theta;
}

function requireUnlessNull(json: JsonObject, name: string, value: unknown): void {
  if (json.has(name) && !json.isNull(name)) json.require(name, value);
}
