import { toByteAlphabet } from '../tokenizer/byteAlphabet.ts';
import { tokenizerFromJson } from '../tokenizer/tokenizer.ts';

/** A tokenizer as other engines want it told; texts are in the byte-level alphabet, where each byte is one visible character. */
export interface Vocabulary {
  /** by id */
  readonly tokens: readonly string[];
  /** "left right", first merge first */
  readonly merges: readonly string[];
  /** it and what follows it are no text */
  readonly endOfText: { readonly id: number; readonly text: string };
}

/** @throws {NihiloError} checkpointForeign, as tokenizerFromJson does */
export function readVocabulary(tokenizerJson: string): Vocabulary {
  const tokenizer = tokenizerFromJson(tokenizerJson);
  const id = tokenizer.endOfText;
  const tokens = Array.from({ length: id }, (_, token) => toByteAlphabet(tokenizer.tokenBytes(token)));
  const merges = tokenizer.merges.map(({ left, right }) => `${tokens[left]} ${tokens[right]}`);
  const { controls } = tokenizer;
  return { tokens: [...tokens, ...controls], merges, endOfText: { id, text: controls[0]! } };
}
