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
 * `config.json` as Hugging Face transformers reads it. θ and the type of the numbers stand there twice, because transformers renamed
 * both (`rope_theta` → `rope_parameters`, `torch_dtype` → `dtype`) and other engines read the old names.
 * @source `ArceeConfig` in Hugging Face transformers
 */
export function toArceeConfig(config: ModelConfig, endOfText: number): Record<string, unknown> {
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
    dtype: 'float32',
    torch_dtype: 'float32',
  };
}

/** @throws {NihiloError} checkpointForeign naming the field, when this is not a model that our engine computes */
export function fromArceeConfig(json: JsonObject): ModelConfig {
  for (const [name, value] of Object.entries(fixed)) json.require(name, value);
  const config: ModelConfig = {
    vocabSize: json.count('vocab_size'),
    hiddenSize: json.count('hidden_size'),
    intermediateSize: json.count('intermediate_size'),
    numHiddenLayers: json.count('num_hidden_layers'),
    numAttentionHeads: json.count('num_attention_heads'),
    maxPositionEmbeddings: json.count('max_position_embeddings'),
    ropeTheta: json.number('rope_theta'),
    rmsNormEps: json.number('rms_norm_eps'),
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
  json.require('num_key_value_heads', config.numAttentionHeads);
  json.require('head_dim', config.hiddenSize / config.numAttentionHeads);
  json.require('rope_parameters', { rope_type: 'default', rope_theta: config.ropeTheta });
  return config;
}
