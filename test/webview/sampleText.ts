import type { Inspect } from '../../extension/host/inspectorConversation.ts';
import type { ModelState, Place } from '../../extension/protocol/inspector.ts';
import type { Inspection, ScoredToken } from '../../extension/protocol/prediction.ts';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Code cut as byte pairs might cut it: indentation, tabs, CRLF, an emoji, a Chinese character in two pieces, markup, bidi marks. */
const beforeCursor = [
  ...['function', ' total', '(', 'items', ':', ' readonly', ' Item', '[]', ')', ' {', '\r\n'].map(latin1),
  ...['\t', 'let', ' sum', ' =', ' ', '0', ';', ' //', ' ', '求'].map(latin1),
  '\xe5\x92',
  '\x8c',
  ...[
    ' 🎉',
    ' \u202e',
    'kcab',
    '\n',
    '  ',
    '  ',
    'for',
    ' (',
    'const',
    ' item',
    ' of',
    ' items',
    ')',
    ' {',
  ].map(latin1),
  ...['\n', '        ', 'sum', ' +=', ' item', '.', 'price', ';', '\n'].map(latin1),
  ...['    ', '}', '\n', '    ', 'label', ' =', ' "', '<img src=x onerror=alert(1)>', '";', '\n'].map(latin1),
  ...['    ', 'return'].map(latin1),
];
const afterCursor = [' sum', ';', '\n', '}', '\n'].map(latin1);

export const samplePlace: Place = {
  uri: 'file:///shop/basket.ts',
  file: 'shop/basket.ts',
  line: 7,
  column: 11,
};
const sampleVocabulary = 2048;

export const sampleModel: ModelState = {
  state: 'ready',
  model: {
    checkpoint: '/model',
    config: {
      vocabSize: sampleVocabulary,
      hiddenSize: 128,
      intermediateSize: 512,
      numHiddenLayers: 4,
      numAttentionHeads: 4,
      maxPositionEmbeddings: 256,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tieWordEmbeddings: true,
    },
    parameters: 1_050_000,
    steps: 900,
    heldOutBitsPerByte: 1.83,
  },
};

/** Answers like an engine would: a softmax in float64 over the vocabulary, the same for the same position. */
export const sampleInspect: Inspect = async ({ position, topK }) => sampleInspection(position, topK);

export function sampleInspection(chosen: number | null, topK: number): Inspection {
  const bytes = [...beforeCursor, ...afterCursor];
  const ids = new Map([...new Set(bytes)].map((token, i) => [token, (i * 37) % sampleVocabulary]));
  const position = chosen ?? beforeCursor.length - 1;
  const texts = [...ids].map(([text, id]): [number, string] => [id, text]);
  const actualBytes = bytes[position + 1];
  const actualId = actualBytes === undefined ? undefined : ids.get(actualBytes);
  const scored = softmax(sampleLogits(position, actualId), new Map(texts));
  const rank = scored.findIndex((token) => token.id === actualId);
  const probabilities = scored.map((token) => token.probability);
  return {
    tokens: bytes.map((token, i) => ({
      id: ids.get(token)!,
      bytes: token,
      start: bytes.slice(0, i).join('').length,
    })),
    cursor: beforeCursor.length,
    position,
    distribution: {
      top: scored.slice(0, topK),
      others: {
        count: scored.length - topK,
        probability: probabilities.slice(topK).reduce((sum, value) => sum + value, 0),
      },
      entropy: -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 0),
      actual: rank < 0 ? null : { ...scored[rank]!, rank: rank + 1 },
    },
  };
}

/** Pseudo-random scores, one set a position; the token that really follows is often among the likely ones. */
function sampleLogits(position: number, actual: number | undefined): number[] {
  const logits = Array.from(
    { length: sampleVocabulary },
    (_, id) => 12 * Math.sin(id * 12.9898 + position * 78.233) ** 99 + Math.sin(id * 3.7 + position),
  );
  if (actual !== undefined) logits[actual]! += 14 - 4 * (position % 3);
  return logits;
}

function softmax(logits: readonly number[], texts: ReadonlyMap<number, string>): ScoredToken[] {
  const largest = Math.max(...logits);
  const exps = logits.map((logit) => Math.exp(logit - largest));
  const total = exps.reduce((sum, value) => sum + value, 0);
  return logits
    .map((logit, id) => ({ id, bytes: texts.get(id) ?? ` tok${id}`, logit, probability: exps[id]! / total }))
    .sort((a, b) => b.probability - a.probability);
}
