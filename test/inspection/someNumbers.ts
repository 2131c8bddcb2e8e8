import { drawOf } from '../../extension/inspection/choice.ts';
import type { RunNumber } from '../../extension/inspection/explain.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import type { HeadPlace } from '../../extension/protocol/stages.ts';

interface Place {
  readonly below: (bound: number) => number;
  readonly head: HeadPlace;
  readonly index: number;
  readonly neuron: number;
  readonly token: number;
  readonly rate: number;
}

/** A number of every kind that a pass forwards makes, at a place of the text that `next` chooses. */
export function predictedNumbers(run: Run, next: () => number): RunNumber[] {
  const place = somePlace(run, next);
  return [...forward(run, place), ...ofScores(run, place, next)];
}

/** Likewise of those that take a pass backwards. */
export function learntNumbers(run: Run, next: () => number): RunNumber[] {
  return learnt(run, somePlace(run, next));
}

function somePlace({ subject, ids }: Run, next: () => number): Place {
  const { vocabSize, hiddenSize, intermediateSize, numHiddenLayers, numAttentionHeads } =
    subject.model.config;
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    head: {
      layer: below(numHiddenLayers),
      head: below(numAttentionHeads),
      position: below(ids.length - 1),
    },
    index: below(hiddenSize),
    neuron: below(intermediateSize),
    token: below(vocabSize),
    rate: Math.ceil(next() * 100) / 100,
  };
}

function forward({ subject }: Run, { below, head, index, neuron, token }: Place): RunNumber[] {
  const { vocabSize, hiddenSize, numAttentionHeads } = subject.model.config;
  const { layer, position } = head;
  return [
    { of: 'similarity', point: null, token, other: below(vocabSize) },
    ...(['inputNorm', 'middleNorm', 'attended', 'middle', 'down', 'output'] as const).map((of) => ({
      of,
      layer,
      position,
      index,
    })),
    ...(['query', 'key', 'value', 'rotatedQuery', 'rotatedKey', 'context'] as const).map((of) => ({
      of,
      ...head,
      index: index % (hiddenSize / numAttentionHeads),
    })),
    ...(['score', 'weight'] as const).map((of) => ({ of, ...head, other: below(position + 1) })),
    ...(['neuron', 'activation'] as const).map((of) => ({ of, layer, position, index: neuron })),
    { of: 'finalNorm', position, index },
  ];
}

function ofScores(run: Run, { below, head, token }: Place, next: () => number): RunNumber[] {
  const { position } = head;
  const came = run.ids[position + 1]!;
  const temperature = 0.5 + Math.ceil(next() * 30) / 20;
  const draw = { position, temperature, topK: 9, topP: 1, seed: below(1000) };
  const { intervals } = drawOf(run, draw);
  return [
    ...[token, came].flatMap((token) => [
      { of: 'logit' as const, position, token },
      { of: 'error' as const, position, token },
      { of: 'probability' as const, position, token, temperature },
      { of: 'probability' as const, position, token, temperature: 0.05 },
      { of: 'probability' as const, position, token, temperature: 1 },
    ]),
    { of: 'entropy', position },
    { of: 'loss', position },
    ...intervals.slice(0, 3).map(({ id }) => ({ of: 'interval' as const, token: id, ...draw })),
  ];
}

function learnt({ subject, ids }: Run, { below, head, index, neuron, token, rate }: Place): RunNumber[] {
  const { hiddenSize } = subject.model.config;
  const { layer, position } = head;
  const matrices = [
    { matrix: 'qkv', layer, row: below(3 * hiddenSize), col: index },
    { matrix: 'output', layer, row: index, col: below(hiddenSize) },
    { matrix: 'up', layer, row: neuron, col: index },
    { matrix: 'down', layer, row: index, col: neuron },
    { matrix: 'embedding', layer, row: token, col: index },
    { matrix: 'embedding', layer, row: ids[position]!, col: index },
  ] as const;
  return [
    ...matrices.map((weight) => ({ of: 'gradient' as const, ...weight })),
    ...matrices.map((weight) => ({ of: 'descent' as const, rate, ...weight })),
    ...matrices.map((weight) => ({ of: 'optimizerStep' as const, rate: rate / 100, ...weight })),
  ];
}
