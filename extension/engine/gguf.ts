import type { ModelConfig } from '../protocol/model.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type GgufType, type GgufTypeName, ggufFileTypes, ggufTypes } from './ggufTypes.ts';
import { elementCount, type ParameterSpec, parameterTable } from './layout.ts';
import { readVocabulary } from './vocabulary.ts';

/**
 * The model as a GGUF file, which llama.cpp runs as its architecture `arcee`.
 * Fed the same ids, it predicts the same. Left to cut a text by itself it finds nearly the same tokens, not all: it knows no
 * pre-tokenizer like ours.
 * @param dtype type of the weight matrices, but for those that it does not fit; the norms are float32
 * @source docs/gguf.md in ggml (format), `ArceeModel` in llama.cpp's converter (names, key names, order of q and k)
 */
export function encodeGguf(
  checkpoint: Pick<Checkpoint, 'config' | 'tensors' | 'tokenizerJson'>,
  dtype: GgufTypeName = 'f32',
): Uint8Array {
  const { config, tensors } = checkpoint;
  const table = parameterTable(config);
  const metadata = [...modelMetadata(config, dtype), ...tokenizerMetadata(checkpoint.tokenizerJson)];
  const header = new Writer();
  header.bytes(new TextEncoder().encode('GGUF'));
  header.u32(3);
  header.u64(table.length);
  header.u64(metadata.length);
  for (const [key, value] of metadata) {
    header.string(key);
    writeValue(header, value);
  }
  const offsets: number[] = [];
  let dataBytes = 0;
  for (const { name, shape } of table) {
    offsets.push(dataBytes);
    header.string(ggufName(name));
    header.u32(shape.length);
    for (const size of shape.toReversed()) header.u64(size);
    const type = typeOf(shape, dtype);
    header.u32(type.id);
    header.u64(dataBytes);
    dataBytes += align(type.bytes(elementCount(shape)));
  }
  const start = align(header.length);
  const file = new Uint8Array(start + dataBytes);
  header.copyTo(file);
  table.forEach((spec, i) => {
    const type = typeOf(spec.shape, dtype);
    file.set(type.encode(ggufOrder(spec, tensors.get(spec.name)!, config)), start + offsets[i]!);
  });
  return file;
}

/** As llama.cpp's own converter chooses it. */
function typeOf(shape: readonly number[], dtype: GgufTypeName): GgufType {
  if (shape.length === 1) return ggufTypes.f32;
  const type = ggufTypes[dtype];
  return shape.at(-1)! % type.blockElements === 0 ? type : ggufTypes.f16;
}

const alignment = 32;
const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

type Value =
  | { readonly type: 'u32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

const u32 = (value: number): Value => ({ type: 'u32', value });
const f32 = (value: number): Value => ({ type: 'f32', value });
const text = (value: string): Value => ({ type: 'string', value });

function modelMetadata(config: ModelConfig, dtype: GgufTypeName): [string, Value][] {
  return [
    ['general.architecture', text('arcee')],
    ['general.name', text('Nihilo')],
    ['general.alignment', u32(alignment)],
    ['general.file_type', u32(ggufFileTypes[dtype])],
    ['general.quantization_version', u32(2)],
    ['arcee.vocab_size', u32(config.vocabSize)],
    ['arcee.context_length', u32(config.maxPositionEmbeddings)],
    ['arcee.embedding_length', u32(config.hiddenSize)],
    ['arcee.block_count', u32(config.numHiddenLayers)],
    ['arcee.feed_forward_length', u32(config.intermediateSize)],
    ['arcee.attention.head_count', u32(config.numAttentionHeads)],
    ['arcee.attention.head_count_kv', u32(config.numAttentionHeads)],
    ['arcee.attention.layer_norm_rms_epsilon', f32(config.rmsNormEps)],
    ['arcee.rope.dimension_count', u32(config.hiddenSize / config.numAttentionHeads)],
    ['arcee.rope.freq_base', f32(config.ropeTheta)],
  ];
}

const normalToken = 1;
const controlToken = 3;

function tokenizerMetadata(tokenizerJson: string): [string, Value][] {
  const { tokens, merges, endOfText } = readVocabulary(tokenizerJson);
  const types = tokens.map((_, id) => (id >= endOfText.id ? controlToken : normalToken));
  return [
    ['tokenizer.ggml.model', text('gpt2')],
    // Of those that llama.cpp knows this one cuts text least, so that the merges decide, which were learnt within our pre-tokens; and
    // it leaves decoded text as it is, where many others delete the space before an apostrophe or a comma.
    ['tokenizer.ggml.pre', text('superbpe')],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: types }],
    ['tokenizer.ggml.merges', { type: 'strings', value: merges }],
    ['tokenizer.ggml.bos_token_id', u32(endOfText.id)],
    ['tokenizer.ggml.eos_token_id', u32(endOfText.id)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ];
}

const outerNames: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
};
const layerNames: Readonly<Record<string, string>> = {
  'input_layernorm.weight': 'attn_norm.weight',
  'self_attn.q_proj.weight': 'attn_q.weight',
  'self_attn.k_proj.weight': 'attn_k.weight',
  'self_attn.v_proj.weight': 'attn_v.weight',
  'self_attn.o_proj.weight': 'attn_output.weight',
  'post_attention_layernorm.weight': 'ffn_norm.weight',
  'mlp.up_proj.weight': 'ffn_up.weight',
  'mlp.down_proj.weight': 'ffn_down.weight',
};

function ggufName(name: string): string {
  const layer = /^model\.layers\.(\d+)\.(.+)$/.exec(name);
  return layer === null ? outerNames[name]! : `blk.${layer[1]}.${layerNames[layer[2]!]!}`;
}

/**
 * llama.cpp rotates neighbouring rows (2i, 2i + 1) of a head of q and k where Hugging Face rotates (i, i + headDim/2), so the rows of
 * both are interleaved; the scores q·k do not see their order.
 */
function ggufOrder(spec: ParameterSpec, values: Float32Array, config: ModelConfig): Float32Array {
  if (!/\.(q|k)_proj\.weight$/.test(spec.name)) return values;
  const cols = spec.shape[1]!;
  const half = config.hiddenSize / config.numAttentionHeads / 2;
  const rows = spec.shape[0]!;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % (2 * half);
    const from = row - inHead + (inHead % 2) * half + Math.floor(inHead / 2);
    out.set(values.subarray(from * cols, (from + 1) * cols), row * cols);
  }
  return out;
}

/** GGUF's numbers of the types that are used here. */
const valueTypes = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

function writeValue(writer: Writer, value: Value): void {
  switch (value.type) {
    case 'u32':
      writer.u32(valueTypes.u32);
      return writer.u32(value.value);
    case 'f32':
      writer.u32(valueTypes.f32);
      return writer.f32(value.value);
    case 'bool':
      writer.u32(valueTypes.bool);
      return writer.bytes(Uint8Array.of(value.value ? 1 : 0));
    case 'string':
      writer.u32(valueTypes.string);
      return writer.string(value.value);
    case 'strings':
      writer.array(valueTypes.string, value.value.length);
      for (const item of value.value) writer.string(item);
      return;
    case 'i32s':
      writer.array(valueTypes.i32, value.value.length);
      for (const item of value.value) writer.u32(item);
      return;
  }
}

/** Little-endian bytes, one value after the other. */
class Writer {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  bytes(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  u32(value: number): void {
    this.#number(4, (view) => view.setUint32(0, value, true));
  }

  u64(value: number): void {
    this.#number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  }

  f32(value: number): void {
    this.#number(4, (view) => view.setFloat32(0, value, true));
  }

  string(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  array(itemType: number, length: number): void {
    this.u32(valueTypes.array);
    this.u32(itemType);
    this.u64(length);
  }

  copyTo(target: Uint8Array): void {
    let at = 0;
    for (const part of this.#parts) {
      target.set(part, at);
      at += part.length;
    }
  }

  #number(bytes: number, write: (view: DataView) => void): void {
    const part = new Uint8Array(bytes);
    write(new DataView(part.buffer));
    this.bytes(part);
  }
}
