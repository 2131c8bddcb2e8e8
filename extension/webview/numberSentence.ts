import type { Inspection } from '../protocol/prediction.ts';
import type { NumberName } from '../protocol/stages.ts';
import { phrases } from './phrases/phrases.ts';
import { tokenInWords } from './tokenText.ts';

/** What a number is, in words, with the tokens that it is about. */
export function numberSentence(number: NumberName, { tokens, distribution }: Inspection): string {
  const at = (position: number): string => `“${spoken(tokens[position]?.bytes ?? '')}”`;
  const byId = (id: number): string => {
    const known = [...tokens, ...distribution.top].find((token) => token.id === id);
    return known === undefined ? phrases.idName(id) : `“${spoken(known.bytes)}”`;
  };
  const place = (layer: number, head?: number): string =>
    head === undefined ? phrases.layer(layer + 1) : phrases.headName(layer + 1, head + 1);
  const words = phrases.numbersNamed;
  switch (number.of) {
    case 'similarity':
      return words.similarity(byId(number.token), byId(number.other));
    case 'score':
    case 'weight':
      return words[number.of](place(number.layer, number.head), at(number.position), at(number.other));
    case 'query':
    case 'key':
    case 'value':
    case 'rotatedQuery':
    case 'rotatedKey':
    case 'context':
      return words[number.of](place(number.layer, number.head), at(number.position), number.index + 1);
    case 'inputNorm':
    case 'middleNorm':
    case 'attended':
    case 'middle':
    case 'down':
    case 'output':
    case 'neuron':
    case 'activation':
      return words[number.of](place(number.layer), at(number.position), number.index + 1);
    case 'lineSum':
    case 'lineActivation':
      return words[number.of](place(number.layer), number.index + 1);
    case 'finalNorm':
      return words.finalNorm(at(number.position), number.index + 1);
    case 'probability': {
      const { temperature } = number;
      return words.probability(byId(number.token), at(number.position), temperature);
    }
    case 'logit':
    case 'error':
    case 'interval':
      return words[number.of](byId(number.token), at(number.position));
    case 'entropy':
    case 'loss':
      return words[number.of](at(number.position));
    case 'gradient':
    case 'descent':
    case 'optimizerStep':
      return words[number.of](
        phrases.matrices[number.matrix],
        place(number.layer),
        number.row + 1,
        number.col + 1,
      );
  }
}

/** Isolated, so that text of another direction can't reorder the sentence around it. */
export function spoken(bytes: string): string {
  return `\u2068${tokenInWords(bytes)}\u2069`;
}
