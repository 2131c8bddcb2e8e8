import type { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';

export function learning(served: ServedIndex) {
  const tokenizer = tokenizerFromJson(served.tokenizerJson);
  const encoder = new TextEncoder();
  return {
    encode: (given: string) => tokenizer.encode(encoder.encode(given)),
    endOfText: tokenizer.endOfText,
  };
}
