import { softmax } from '../arithmetic/softmax.ts';
import { parameterCount } from '../engine/layout.ts';
import type { NumberTable, PassStep, WholePass } from '../protocol/wholePass.ts';
import type { RecordedModel } from './recordedModel.ts';
import { attentionRow, named, type Run } from './subject.ts';

/** Weights that fit on a few pages, and in a message. */
const mostParameters = 4_096;

/**
 * Every number from the tokens to the loss behind `position`, and one step down the loss's gradients. Of the last layer only what that place
 * needs: the queries, keys and values of all tokens, and from there on its own row.
 * @returns null: the model is too large for paper
 */
export function wholePass(run: Run, position: number, rate: number): WholePass | null {
  const { subject } = run;
  const { model } = subject;
  const { config } = model;
  if (parameterCount(config) > mostParameters) return null;
  const ids = run.ids.slice(0, position + 1);
  const next = run.ids[position + 1];
  model.run(ids);
  const logits = model.logits(position);
  const probabilities = [...softmax(logits)];
  const told = {
    tokens: ids.map((id) => named(subject, id)),
    vocabulary: Array.from({ length: config.vocabSize }, (_, id) => named(subject, id)),
    heads: config.numAttentionHeads,
    epsilon: config.rmsNormEps,
    cos: rotations(model, ids.length, 'cos'),
    sin: rotations(model, ids.length, 'sin'),
    weights: weightTables(model, (name) => model.weights.get(name)!),
    steps: [...stepsOf(model, position), step('logits', null, [logits])],
    probabilities,
    rate,
  };
  if (next === undefined) return { ...told, next: null, loss: null, gradients: [] };
  const targets = ids.map((_, place) => (place === position ? next : -1));
  const loss = model.differentiate(ids, targets)[position]!;
  const gradients = weightTables(model, (name) => model.gradient(name));
  return { ...told, next: named(subject, next), loss, gradients };
}

function stepsOf(model: RecordedModel, position: number): PassStep[] {
  const { numHiddenLayers, numAttentionHeads } = model.config;
  const every = Array.from({ length: position + 1 }, (_, place) => place);
  const steps: PassStep[] = [
    step(
      'embedding',
      null,
      every.map((place) => model.row('input', 0, place)),
    ),
  ];
  for (let layer = 0; layer < numHiddenLayers; layer++) {
    const rows = layer < numHiddenLayers - 1 ? every : [position];
    const of = (activation: Parameters<RecordedModel['row']>[0], places: readonly number[]): Float32Array[] =>
      places.map((place) => model.row(activation, layer, place));
    steps.push(
      step('inputNorm', layer, of('inputNorm', every)),
      step(
        'queryKeyValue',
        layer,
        every.map((place) => model.unrotated(layer, place)),
      ),
      step('rotation', layer, of('qkv', every)),
      step(
        'shares',
        layer,
        rows.flatMap((place) => shares(model, layer, place, numAttentionHeads)),
      ),
      step('attention', layer, of('attention', rows)),
      step('middle', layer, of('middle', rows)),
      step('middleNorm', layer, of('middleNorm', rows)),
      step('up', layer, of('up', rows)),
      step('activated', layer, of('activated', rows)),
      step(
        'output',
        layer,
        rows.map((place) => model.output(layer, place)),
      ),
    );
  }
  return [...steps, step('finalNorm', null, [model.finalNorm(position)])];
}

/** A row a head: how much of its attention each token gets. */
function shares(model: RecordedModel, layer: number, place: number, heads: number): number[][] {
  return Array.from({ length: heads }, (_, head) => attentionRow(model, layer, head, place).weights);
}

function step(name: PassStep['name'], layer: number | null, rows: readonly ArrayLike<number>[]): PassStep {
  const values = rows.flatMap((row) => Array.from(row));
  return { name, layer, rows: rows.length, columns: Math.max(...rows.map(({ length }) => length)), values };
}

function rotations(model: RecordedModel, tokens: number, which: 'cos' | 'sin'): NumberTable {
  const { hiddenSize, numAttentionHeads } = model.config;
  const pairs = hiddenSize / numAttentionHeads / 2;
  const values = Array.from({ length: tokens * pairs }, (_, i) => {
    return model.rotation(Math.floor(i / pairs), i % pairs)[which];
  });
  return { rows: tokens, columns: pairs, values };
}

/** Of every tensor, by Hugging Face's names: rows are what a product gives, a vector is one row. */
function weightTables(
  model: RecordedModel,
  valuesOf: (name: string) => Float32Array,
): WholePass['weights'][number][] {
  const { hiddenSize, intermediateSize } = model.config;
  return [...model.weights.keys()].map((name) => {
    const values = [...valuesOf(name)];
    const width = name.endsWith('down_proj.weight') ? intermediateSize : hiddenSize;
    return { name, rows: values.length / width, columns: width, values };
  });
}
