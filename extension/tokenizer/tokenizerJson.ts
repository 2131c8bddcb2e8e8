import { NihiloError } from '../protocol/errors.ts';
import { say, type SentenceValue } from '../protocol/sentence.ts';
import { byteCharacters, fromByteAlphabet, toByteAlphabet } from './byteAlphabet.ts';
import type { Merge } from './bytePairMerger.ts';
import { controlNames, mostTokens, Tokenizer } from './bytePairTokenizer.ts';
import { preTokenPattern } from './preTokens.ts';

/** where a field is named, and it is none */
const theFile = say`the file`;

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };

/** What is the same in every file: everything beside the vocabulary. */
const pipeline = {
  version: '1.0',
  truncation: null,
  padding: null,
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: preTokenPattern }, behavior: 'Isolated', invert: false },
      byteLevel,
    ],
  },
  post_processor: null,
  decoder: byteLevel,
};

const bytePairModel = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
};

/**
 * Other tokenizers read these names in a text as the tokens themselves; ours never does. Where they may occur in text, tell them not to:
 * `split_special_tokens=True` in transformers, `encode_special_tokens = True` in tokenizers.
 * @param first id
 */
function controlEntries(names: readonly string[], first: number): Record<string, unknown>[] {
  return names.map((content, i) => ({
    id: first + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
}

/** Hugging Face's `tokenizer.json`, which tokenizers, transformers and transformers.js load and encode text with identically. */
export function tokenizerToJson(tokenizer: Tokenizer): string {
  const texts = Array.from({ length: tokenizer.endOfText }, (_, id) =>
    toByteAlphabet(tokenizer.tokenBytes(id)),
  );
  const file = {
    ...pipeline,
    added_tokens: controlEntries(tokenizer.controls, tokenizer.endOfText),
    model: {
      ...bytePairModel,
      vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
      merges: tokenizer.merges.map(({ left, right }) => [texts[left], texts[right]]),
    },
  };
  return JSON.stringify(file, null, 1);
}

/**
 * Reads what `tokenizerToJson` has written, also when another program has saved it again. Anything else is refused: it would be encoded
 * differently from what its author meant.
 * @throws {NihiloError} checkpointForeign, naming the first field that is not as it should be
 */
export function tokenizerFromJson(json: string): Tokenizer {
  const file = parse(json);
  requireEqual(file, { ...pipeline, model: bytePairModel }, '');
  const model = fields(fields(file, theFile)['model'], 'model');
  const texts = readVocabulary(model['vocab']);
  const added = fields(file, theFile)['added_tokens'];
  const controls = Array.isArray(added) && added.length === 1 ? controlNames.slice(0, 1) : controlNames;
  requireEqual(file, { added_tokens: controlEntries(controls, texts.length) }, '');
  const merges = readMerges(model['merges'], texts);
  const tokens = texts.map((text) => {
    const bytes = fromByteAlphabet(text);
    if (bytes === null) throw foreign('model.vocab', say`texts in the byte-level alphabet`, text);
    return bytes;
  });
  return new Tokenizer(tokens, merges, controls);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw foreign(theFile, 'JSON', (error as Error).message, error);
  }
}

/** @returns text by id */
function readVocabulary(value: unknown): readonly string[] {
  const entries = Object.entries(fields(value, 'model.vocab'));
  if (entries.length > mostTokens - controlNames.length) {
    throw foreign('model.vocab', say`at most ${mostTokens - controlNames.length} tokens`, entries.length);
  }
  const texts = new Map<unknown, string>(entries.map(([text, id]) => [id, text]));
  return entries.map((_, id) => {
    const text = texts.get(id);
    if (text === undefined) throw foreign('model.vocab', say`a token with the id ${id}`, undefined);
    return text;
  });
}

/** Each token is a single byte or what one merge makes of tokens that are there before it. */
function readMerges(value: unknown, texts: readonly string[]): readonly Merge[] {
  if (!Array.isArray(value)) throw foreign('model.merges', say`an array`, value);
  const ids = new Map(texts.map((text, id) => [text, id]));
  const made = new Set(byteCharacters);
  const merges = value.map((item: unknown, rank) => {
    const field = `model.merges[${rank}]`;
    const [leftText, rightText] = readPair(item, field);
    const text = leftText + rightText;
    const [left, right, merged] = [ids.get(leftText), ids.get(rightText), ids.get(text)];
    if (left === undefined || right === undefined || merged === undefined || made.has(text)) {
      throw foreign(field, say`two tokens that make a third one, which no other merge makes`, item);
    }
    if (!made.has(leftText) || !made.has(rightText)) {
      throw foreign(field, say`tokens that are bytes or made by merges before it`, item);
    }
    made.add(text);
    return { left, right, merged };
  });
  // All 256 bytes, all that is made, and nothing else.
  const missing = [...made].find((text) => !ids.has(text));
  if (missing !== undefined) throw foreign('model.vocab', say`a token ${missing}`, undefined);
  const unmade = texts.find((text) => !made.has(text));
  if (unmade !== undefined) throw foreign('model.vocab', say`bytes and what merges make of them`, unmade);
  return merges;
}

/** Both spellings of a merge are in use: ["left", "right"] and "left right". */
function readPair(value: unknown, field: string): readonly [string, string] {
  const parts: unknown = typeof value === 'string' ? value.split(' ') : value;
  if (Array.isArray(parts) && parts.length === 2) {
    const [left, right]: unknown[] = parts;
    if (typeof left === 'string' && typeof right === 'string') return [left, right];
  }
  throw foreign(field, say`two tokens`, value);
}

/** Checks that everything in `expected` is in `got` as well; what `got` holds beside it is left alone. */
function requireEqual(got: unknown, expected: unknown, path: string): void {
  const name = path === '' ? theFile : path;
  if (typeof expected !== 'object' || expected === null) {
    if (got !== expected) throw foreign(name, JSON.stringify(expected), got);
    return;
  }
  if (Array.isArray(expected) && !(Array.isArray(got) && got.length === expected.length)) {
    throw foreign(name, say`an array of ${expected.length}`, got);
  }
  const found = Array.isArray(expected)
    ? Object.fromEntries((got as unknown[]).entries())
    : fields(got, name);
  for (const [key, value] of Object.entries(expected)) {
    requireEqual(found[key], value, path === '' ? key : `${path}.${key}`);
  }
}

function fields(value: unknown, name: SentenceValue): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw foreign(name, say`an object`, value);
}

function foreign(field: SentenceValue, expected: SentenceValue, got: unknown, cause?: unknown): NihiloError {
  const shown = JSON.stringify(got)?.slice(0, 120) ?? say`nothing`;
  const sentence = say`tokenizer.json should hold ${expected} as ${field} and holds ${shown}. Choose a folder that Nihilo has trained, or train again.`;
  return new NihiloError('checkpointForeign', sentence, { cause });
}
