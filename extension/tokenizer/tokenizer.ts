/** The folder's face: bytes ↔ token ids. */
export { controlNames, Tokenizer } from './bytePairTokenizer.ts';
export { tokenizerFromJson, tokenizerToJson } from './tokenizerJson.ts';
export { trainTokenizer } from './trainTokenizer.ts';
