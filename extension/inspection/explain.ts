import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { Explanation } from '../protocol/explanation.ts';
import type { OptimizerStep } from '../protocol/optimizerStep.ts';
import type { HeadPlace, NumberName, WeightPlace } from '../protocol/stages.ts';
import { drawOf } from './choice.ts';
import { gradientsOf, learntBy, stepOf } from './learning.ts';
import type { RecordedModel } from './recordedModel.ts';
import { attentionRow, cosineOf, dot, embedding, type Run } from './subject.ts';
import { weightAt } from './weightPlace.ts';

/** What the run alone knows. */
export type RunNumber = Exclude<NumberName, { of: 'lineSum' | 'lineActivation' }>;

/** Exponentials and products that are written out of a whole vocabulary; the rest is one number that is given. */
const listed = 50;
/** A smaller part of an entropy is not written out. */
const leastShare = 1e-4;

/** A number's operands, all of them, and what the machine made of them. */
export function explain(run: Run, name: RunNumber): Explanation {
  const { model } = run.subject;
  model.run(run.ids);
  switch (name.of) {
    case 'similarity':
      return similarity(run, name);
    case 'inputNorm':
    case 'middleNorm': {
      const x = model.row(name.of === 'inputNorm' ? 'input' : 'middle', name.layer, name.position);
      const norm = name.of === 'inputNorm' ? 'input_layernorm' : 'post_attention_layernorm';
      const machine = model.row(name.of, name.layer, name.position)[name.index]!;
      return normed(model, x, `model.layers.${name.layer}.${norm}.weight`, name.index, machine);
    }
    case 'finalNorm': {
      const last = model.config.numHiddenLayers - 1;
      const x = model.output(last, name.position);
      const machine = model.finalNorm(name.position)[name.index]!;
      return normed(model, x, 'model.norm.weight', name.index, machine);
    }
    case 'query':
    case 'key':
    case 'value':
      return projected(model, name.of, name, name.index);
    case 'rotatedQuery':
    case 'rotatedKey':
      return rotated(model, name.of === 'rotatedQuery' ? 'q' : 'k', name, name.index);
    case 'score':
    case 'weight':
    case 'context':
      return attended(model, name);
    case 'attended':
    case 'middle':
    case 'neuron':
    case 'activation':
    case 'down':
    case 'output':
      return inLayer(model, name);
    case 'logit':
    case 'error':
    case 'probability':
    case 'entropy':
    case 'loss':
      return ofScores(run, name);
    case 'interval':
      return interval(run, name);
    case 'gradient':
      return gradient(run, name);
    case 'descent': {
      const { value, gradient, after } = learntBy(run, name, name.rate);
      return { formula: 'descent', operands: { w: value, g: gradient, rate: name.rate }, machine: [after] };
    }
    case 'optimizerStep':
      return optimizerStep(stepOf(run, name, name.rate));
  }
}

function interval(run: Run, name: Extract<NumberName, { of: 'interval' }>): Explanation {
  const { intervals } = drawOf(run, name);
  const at = intervals.findIndex(({ id }) => id === name.token);
  const asked = intervals[at];
  if (asked === undefined) {
    throw new NihiloError('positionInvalid', say`The token has no interval here: choose one of those shown.`);
  }
  const before = intervals.slice(0, at).map(({ from, to }) => to - from);
  const rest = asked.from - before.reduce((sum, width) => sum + width, 0);
  // What floating point leaves of nothing is nothing.
  const operands = { before, rest: Math.abs(rest) < 1e-12 ? 0 : rest, p: asked.to - asked.from };
  return { formula: 'interval', operands, machine: [asked.from, asked.to] };
}

function similarity(
  { subject }: Run,
  { token, other, point }: Extract<NumberName, { of: 'similarity' }>,
): Explanation {
  const [a, b] = [[...embedding(subject, token, point)], [...embedding(subject, other, point)]];
  return { formula: 'cosine', operands: { a, b }, machine: [dot(a, b), cosineOf(a, b)] };
}

function normed(
  model: RecordedModel,
  x: Float32Array,
  tensor: string,
  index: number,
  machine: number,
): Explanation {
  const weight = model.weights.get(tensor)![index]!;
  const operands = { x: [...x], index, weight, epsilon: model.config.rmsNormEps };
  return { formula: 'norm', operands, machine: [machine] };
}

/** Row `row` of a matrix [rows, cols], by its tensor. */
function matrixRow(model: RecordedModel, tensor: string, row: number, cols: number): number[] {
  return [...model.weights.get(tensor)!.subarray(row * cols, (row + 1) * cols)];
}

function projected(
  model: RecordedModel,
  of: 'query' | 'key' | 'value',
  { layer, head, position }: HeadPlace,
  index: number,
): Explanation {
  const { hiddenSize: h, numAttentionHeads } = model.config;
  const row = head * (h / numAttentionHeads) + index;
  const part = { query: 'q', key: 'k', value: 'v' }[of];
  const tensor = `model.layers.${layer}.self_attn.${part}_proj.weight`;
  const first = { query: 0, key: h, value: 2 * h }[of];
  const machine = model.unrotated(layer, position)[first + row]!;
  const a = [...model.row('inputNorm', layer, position)];
  return { formula: 'dot', operands: { a, b: matrixRow(model, tensor, row, h) }, machine: [machine] };
}

function rotated(
  model: RecordedModel,
  which: 'q' | 'k',
  { layer, head, position }: HeadPlace,
  index: number,
): Explanation {
  const { hiddenSize: h, numAttentionHeads } = model.config;
  const dim = h / numAttentionHeads;
  const half = dim / 2;
  const pair = index % half;
  const start = (which === 'q' ? 0 : h) + head * dim;
  const before = model.unrotated(layer, position).subarray(start, start + dim);
  const operands = {
    x: before[pair]!,
    y: before[pair + half]!,
    ...model.rotation(position, pair),
    part: index < half ? ('first' as const) : ('second' as const),
  };
  return { formula: 'rotation', operands, machine: [model.head(which, layer, head, position)[index]!] };
}

function attended(
  model: RecordedModel,
  name: Extract<NumberName, { of: 'score' | 'weight' | 'context' }>,
): Explanation {
  const { layer, head, position } = name;
  const { products, scores, weights } = attentionRow(model, layer, head, position);
  switch (name.of) {
    case 'score': {
      const q = [...model.head('q', layer, head, position)];
      const k = [...model.head('k', layer, head, name.other)];
      const machine = [products[name.other]!, scores[name.other]!];
      return { formula: 'score', operands: { q, k }, machine };
    }
    case 'weight':
      return {
        formula: 'softmax',
        operands: { scores, index: name.other, temperature: 1, rest: 0 },
        machine: [weights[name.other]!],
      };
    case 'context': {
      const values = weights.map((_, other) => model.head('v', layer, head, other)[name.index]!);
      const { hiddenSize, numAttentionHeads } = model.config;
      const at = (head * hiddenSize) / numAttentionHeads + name.index;
      const machine = model.row('attention', layer, position)[at]!;
      return { formula: 'dot', operands: { a: weights, b: values }, machine: [machine] };
    }
  }
}

function inLayer(
  model: RecordedModel,
  {
    of,
    layer,
    position,
    index,
  }: Extract<NumberName, { of: 'attended' | 'middle' | 'neuron' | 'activation' | 'down' | 'output' }>,
): Explanation {
  const { hiddenSize: h, intermediateSize: f } = model.config;
  const tensor = (part: string): string => `model.layers.${layer}.${part}.weight`;
  const row = (activation: Parameters<RecordedModel['row']>[0]): Float32Array =>
    model.row(activation, layer, position);
  const [before, middle, after] = [row('input'), row('middle'), model.output(layer, position)];
  switch (of) {
    case 'attended': {
      const b = matrixRow(model, tensor('self_attn.o_proj'), index, h);
      const a = [...row('attention')];
      return { formula: 'dot', operands: { a, b }, machine: [dot(a, b)] };
    }
    case 'middle': {
      const added = dot(row('attention'), matrixRow(model, tensor('self_attn.o_proj'), index, h));
      return { formula: 'sum', operands: { a: before[index]!, b: added }, machine: [middle[index]!] };
    }
    case 'neuron': {
      const b = matrixRow(model, tensor('mlp.up_proj'), index, h);
      return { formula: 'dot', operands: { a: [...row('middleNorm')], b }, machine: [row('up')[index]!] };
    }
    case 'activation':
      return {
        formula: 'activation',
        operands: { x: row('up')[index]! },
        machine: [row('activated')[index]!],
      };
    case 'down': {
      const b = matrixRow(model, tensor('mlp.down_proj'), index, f);
      const a = [...row('activated')];
      return { formula: 'dot', operands: { a, b }, machine: [dot(a, b)] };
    }
    case 'output': {
      const added = dot(row('activated'), matrixRow(model, tensor('mlp.down_proj'), index, f));
      return { formula: 'sum', operands: { a: middle[index]!, b: added }, machine: [after[index]!] };
    }
  }
}

function ofScores(
  run: Run,
  name: Extract<NumberName, { of: 'logit' | 'error' | 'probability' | 'entropy' | 'loss' }>,
): Explanation {
  const { subject, ids } = run;
  const { model } = subject;
  const logits = model.logits(name.position);
  const next = ids[name.position + 1];
  switch (name.of) {
    case 'logit': {
      const a = [...model.finalNorm(name.position)];
      const b = [...embedding(subject, name.token)];
      return { formula: 'dot', operands: { a, b }, machine: [logits[name.token]!] };
    }
    case 'probability': {
      const { scores, index, rest } = listedScores(logits, name.token, name.temperature);
      const operands = { scores, index, temperature: name.temperature, rest };
      const machine = [softmax(logits, name.temperature)[name.token]!];
      return { formula: 'softmax', operands, machine };
    }
    case 'error': {
      const p = softmax(logits)[name.token]!;
      const came = name.token === next;
      return { formula: 'error', operands: { p, came }, machine: [came ? p - 1 : p] };
    }
    case 'entropy': {
      const probabilities = softmax(logits);
      const bits = (p: number): number => (p > 0 ? -p * Math.log2(p) : 0);
      const total = probabilities.reduce((sum, probability) => sum + bits(probability), 0);
      const likeliest = mostLikely(logits, listed).map((id) => probabilities[id]!);
      // Where one token is nearly certain, most of the others add nothing that is written.
      const p = likeliest.filter((probability, i) => i === 0 || bits(probability) >= leastShare * total);
      const rest = total - p.reduce((sum, probability) => sum + bits(probability), 0);
      return { formula: 'entropy', operands: { p, rest }, machine: [total] };
    }
    case 'loss': {
      const p = softmax(logits)[next!]!;
      return { formula: 'loss', operands: { p }, machine: [-Math.log(p), -Math.log2(p)] };
    }
  }
}

/** The largest scores and the asked one, and the sum of the exponentials of all others. */
function listedScores(
  logits: Float32Array,
  token: number,
  temperature: number,
): { readonly scores: number[]; readonly index: number; readonly rest: number } {
  const top = mostLikely(logits, listed);
  const ids = top.includes(token) ? top : [...top, token];
  const scores = ids.map((id) => logits[id]!);
  const largest = Math.max(...scores);
  const written = new Set(ids);
  let rest = 0;
  logits.forEach((logit, id) => {
    if (!written.has(id)) rest += Math.exp((logit - largest) / temperature);
  });
  return { scores, index: ids.indexOf(token), rest };
}

function gradient(run: Run, place: WeightPlace): Explanation {
  const { model } = run.subject;
  const losses = gradientsOf(run);
  const { matrix, layer, row, col } = place;
  const { outputs, inputs } =
    matrix === 'embedding'
      ? embeddingTerms(run, losses, row, col)
      : model.gradientTerms(matrix, layer, row, col, run.ids.length);
  const { tensor, at } = weightAt(model, place);
  return { formula: 'dot', operands: { a: outputs, b: inputs }, machine: [model.gradient(tensor)[at]!] };
}

/**
 * What the gradient of a token's vector is the sum of: at each token of the text, how wrong the token's score was times what the vector met
 * there; and, where the token itself stands, what is wanted of its vector.
 * @param losses of `gradientsOf`, which the lookups' gradients are read straight after
 */
function embeddingTerms(
  { subject, ids }: Run,
  losses: Float32Array,
  token: number,
  col: number,
): { readonly outputs: number[]; readonly inputs: number[] } {
  const { model } = subject;
  const places = ids.flatMap((id, position) => (id === token ? [position] : []));
  const lookups = places.map((position) => model.lookupGradient(position)[col]!);
  model.run(ids);
  const taught = ids.length - 1;
  const errors: number[] = [];
  const met: number[] = [];
  for (let position = 0; position < taught; position++) {
    const next = ids[position + 1]!;
    const normal = model.finalNorm(position);
    const score = (id: number): number => dot(normal, embedding(subject, id));
    // The loss is what the true token's score lacks to the logarithm of all exponentials.
    const p = Math.exp(score(token) - score(next) - losses[position]!);
    errors.push((p - (token === next ? 1 : 0)) / taught);
    met.push(normal[col]!);
  }
  return { outputs: [...errors, ...lookups], inputs: [...met, ...lookups.map(() => 1)] };
}

function optimizerStep(step: OptimizerStep): Explanation {
  const { first, after } = step;
  return step.optimizer === 'adamw'
    ? { formula: 'adamw', operands: step, machine: [first.after, step.second.after, after] }
    : { formula: 'muon', operands: step, machine: [first.after, after] };
}
