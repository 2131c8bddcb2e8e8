import { placeholder } from '../corpus/secrets.ts';
import type { Completion } from '../protocol/prediction.ts';

/** The completion up to where a secret stood in what was learnt: nobody wants to be given the placeholder. */
export function beforeRedaction(completion: Completion): Completion {
  const end = completion.text.indexOf(placeholder);
  if (end < 0) return completion;
  const text = completion.text.slice(0, end);
  let bytes = '';
  const tokens = completion.tokens.filter((token) => {
    bytes += token.bytes;
    return !bytes.includes(placeholder.slice(0, 2));
  });
  const probability = tokens.reduce((product, token) => product * token.probability, 1);
  return { ...completion, text, tokens, probability: text === '' ? 0 : probability, stop: 'unlikely' };
}
