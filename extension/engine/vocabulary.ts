import { NihiloError } from '../protocol/errors.ts';
import { JsonObject } from './jsonObject.ts';

/** What other engines need of a byte-level BPE `tokenizer.json`; texts are in its alphabet, where each byte is one character. */
export interface Vocabulary {
  /** by id */
  readonly tokens: readonly string[];
  /** "left right", first merge first */
  readonly merges: readonly string[];
  readonly endOfText: { readonly id: number; readonly text: string };
}

/** @throws {NihiloError} checkpointForeign, when the ids are not 0 … n − 1 or there is not exactly one special token */
export function readVocabulary(tokenizerJson: string): Vocabulary {
  const json = JsonObject.parse(tokenizerJson, 'tokenizer.json');
  const model = json.object('model');
  model.require('type', 'BPE');
  const vocabulary = model.object('vocab');
  const added = json
    .objects('added_tokens')
    .map((token) => ({ id: token.count('id'), text: token.string('content') }));
  const entries = [...vocabulary.names.map((text) => ({ id: vocabulary.count(text), text })), ...added];
  const byId = new Map(entries.map(({ id, text }) => [id, text]));
  const tokens = Array.from({ length: byId.size }, (_, id) => {
    const text = byId.get(id);
    if (text === undefined) throw foreign(`a token with id ${id}`, 'none');
    return text;
  });
  const [endOfText, ...more] = added;
  if (endOfText === undefined || more.length > 0) throw foreign('one added token', `${added.length}`);
  return { tokens, merges: model.array('merges').map(readMerge), endOfText };
}

/** Both spellings of a merge are in use: "left right" and ["left", "right"]. */
function readMerge(merge: unknown): string {
  const text = Array.isArray(merge) ? merge.join(' ') : merge;
  if (typeof text === 'string' && /^\S+ \S+$/u.test(text)) return text;
  throw foreign('merges of two tokens', JSON.stringify(merge));
}

function foreign(expected: string, got: string): NihiloError {
  const sentence = `tokenizer.json should hold ${expected} and holds ${got}. Choose a folder that Nihilo has trained, or train again.`;
  return new NihiloError('checkpointForeign', sentence);
}
