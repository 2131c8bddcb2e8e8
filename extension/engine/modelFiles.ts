import type { FileContent } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ModelConfig } from '../protocol/model.ts';
import { toArceeConfig } from './arceeConfig.ts';
import { mostHalf, toHalves } from './halfFloats.ts';
import { type ParameterSpec, parameterTable } from './layout.ts';
import { type AnyTensor, encodeSafetensors, quantizedEntries, type Tensor } from './safetensors.ts';
import { QuantizedMatrix } from './quantizedMatrix.ts';
import { readVocabulary } from './vocabulary.ts';

export type Weights = ReadonlyMap<string, Float32Array>;

/** All that it takes to predict. */
export interface Model {
  readonly config: ModelConfig;
  readonly tensors: Weights;
  readonly tokenizerJson: string;
}

/** Of the matrices; norms are float32, but in float16 everything is. I8 has a factor a row, and only we read it. */
export type MatrixType = 'F32' | 'F16' | 'I8';

/** The files of a Hugging Face model folder. @throws {NihiloError} checkpointForeign, when float16 can't hold a weight */
export function modelFiles(
  { config, tensors, tokenizerJson }: Model,
  type: MatrixType,
): Map<string, FileContent> {
  const { endOfText } = readVocabulary(tokenizerJson);
  const dtype = type === 'F16' ? 'float16' : 'float32';
  return new Map<string, FileContent>([
    ['config.json', encodeJson(toArceeConfig(config, endOfText.id, dtype))],
    ['tokenizer.json', [new TextEncoder().encode(tokenizerJson)]],
    [
      'tokenizer_config.json',
      encodeJson({
        tokenizer_class: 'PreTrainedTokenizerFast',
        bos_token: endOfText.text,
        eos_token: endOfText.text,
        model_max_length: config.maxPositionEmbeddings,
        clean_up_tokenization_spaces: false,
      }),
    ],
    ['model.safetensors', encodeSafetensors(stored(parameterTable(config), tensors, type), { format: 'pt' })],
  ]);
}

/** The tensors in the order of the table, under prefixed names. */
export function shaped(
  table: readonly ParameterSpec[],
  prefix: string,
  weights: Weights,
): Map<string, Tensor> {
  return new Map(table.map(({ name, shape }) => [prefix + name, { shape, data: weights.get(name)! }]));
}

export function encodeJson(value: unknown): FileContent {
  return [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)];
}

function stored(
  table: readonly ParameterSpec[],
  weights: Weights,
  type: MatrixType,
): ReadonlyMap<string, AnyTensor> {
  const tensors = shaped(table, '', weights);
  switch (type) {
    case 'F32':
      return tensors;
    case 'F16':
      refuseTooLarge(weights);
      return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: toHalves(data) }]));
    case 'I8':
      return new Map(
        [...tensors].flatMap(([name, tensor]): [string, AnyTensor][] =>
          tensor.shape.length === 2 ? quantizedEntries(name, QuantizedMatrix.of(tensor)) : [[name, tensor]],
        ),
      );
  }
}

/** @throws {NihiloError} checkpointForeign, when a weight is beyond the range of float16 */
export function refuseTooLarge(weights: Weights): void {
  for (const [name, values] of weights) {
    const at = values.findIndex((value) => Math.abs(value) > mostHalf);
    if (at < 0) continue;
    throw new NihiloError(
      'checkpointForeign',
      say`In float16 ${name} should hold numbers up to ${mostHalf} and holds ${values[at]!} at ${at}. Export the model as f32.`,
    );
  }
}
