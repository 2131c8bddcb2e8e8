import type { Inspection } from '../protocol/prediction.ts';
import type { WeightPlace } from '../protocol/stages.ts';

/** What is looked at, in all stages at once. Layers, heads, tokens and components count from 0. */
export interface Selection {
  readonly layer: number;
  readonly head: number;
  /** the token that is looked back at; null: the one that the head looks at most */
  readonly other: number | null;
  /** when the vectors are looked at, by the points that there are; null: now */
  readonly point: number | null;
  /** the first token, which heads rest on, is left out of what is looked at */
  readonly hidesFirst: boolean;
  /** they are shown on a plane */
  readonly map: boolean;
  /** null: the one that fires most */
  readonly neuron: number | null;
  readonly silenced: boolean;
  /** rank of the first row that is shown; null: the chosen token is among them */
  readonly vocabularyFrom: number | null;
  /** how numbers flow through the chosen layer is shown */
  readonly flow: boolean;
  /** the workspace is searched for lines that a neuron fires at */
  readonly firingLines: boolean;
  readonly temperature: number;
  /** 0: all */
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  /** learning rate of a step that is only tried, and of the essay's example */
  readonly rate: number;
  readonly weight: WeightPlace;
  /** number of the message whose tokens are shown; null: none */
  readonly message: number | null;
  /** the whole pass is wanted on paper, with what is computed or without it */
  readonly paper: 'none' | 'filled' | 'blank';
  /** the token that is asked why; null: the likeliest */
  readonly whyToken: number | null;
  /** tokens that are supposed to come behind the chosen one; none: the model's own */
  readonly branch: readonly number[];
}

/** Learning rate of the essay's example, as it opens. */
export const essayRate = 0.2;

export const initialSelection: Selection = {
  layer: 0,
  head: 0,
  other: null,
  point: null,
  hidesFirst: false,
  map: false,
  neuron: null,
  silenced: false,
  vocabularyFrom: null,
  flow: true,
  firingLines: false,
  temperature: 1,
  topK: 0,
  topP: 1,
  seed: 7,
  rate: 0.002,
  weight: { matrix: 'up', layer: 0, row: 0, col: 0 },
  message: null,
  paper: 'none',
  whyToken: null,
  branch: [],
};

/** The selection after a choice: a neuron is one of its layer. */
export function withChange(selection: Selection, change: Partial<Selection>): Selection {
  const isOtherLayer = change.layer !== undefined && change.layer !== selection.layer;
  return { ...selection, ...(isOtherLayer && { neuron: null, silenced: false }), ...change };
}

/** For another text: the other token of a pair, and where the vocabulary was looked at, are of the one before. */
export function ofNoText(selection: Selection): Selection {
  return { ...selection, other: null, vocabularyFrom: null };
}

/** Rows and columns of a matrix in which a weight is chosen. */
export function matrixSize(
  matrix: WeightPlace['matrix'],
  { hiddenSize, distribution }: Inspection,
): readonly [rows: number, columns: number] {
  const vocabulary = distribution.top.length + distribution.others.count;
  const [outputs, inputs] = {
    embedding: [vocabulary, hiddenSize],
    qkv: [3 * hiddenSize, hiddenSize],
    output: [hiddenSize, hiddenSize],
    up: [4 * hiddenSize, hiddenSize],
    down: [hiddenSize, 4 * hiddenSize],
  }[matrix];
  return [outputs!, inputs!];
}

/** The selection as far as there is such a thing in the model and the text. */
export function fitted(selection: Selection, inspection: Inspection): Selection {
  const { layers, heads, hiddenSize, tokens, distribution } = inspection;
  const layer = Math.min(selection.layer, layers - 1);
  const { top, actual } = distribution;
  const { whyToken, branch, other, neuron, weight } = selection;
  const hasNeuron = neuron !== null && neuron < 4 * hiddenSize;
  const [rows, columns] = matrixSize(weight.matrix, inspection);
  // Also the one that a suggestion begins with, which counts may have made likely.
  const isKnown = whyToken === branch[0] || [...top, actual].some((token) => token?.id === whyToken);
  return {
    ...selection,
    layer,
    head: Math.min(selection.head, heads - 1),
    other: other !== null && other < tokens.length ? other : null,
    neuron: hasNeuron ? neuron : null,
    silenced: hasNeuron && selection.silenced,
    whyToken: isKnown ? whyToken : null,
    weight: {
      ...weight,
      layer,
      row: Math.min(weight.row, rows - 1),
      col: Math.min(weight.col, columns - 1),
    },
  };
}
