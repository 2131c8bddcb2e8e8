import { mostLikely } from '../arithmetic/likeliest.ts';
import { distribution } from '../engine/sampler.ts';
import { cellOf } from '../protocol/pictureCells.ts';
import type { RunQuestion, StageAnswer, StageAnswers, StageQuestion } from '../protocol/stages.ts';
import { nextAfter } from './branch.ts';
import { drawOf } from './choice.ts';
import { learningAt } from './learning.ts';
import { mapOf } from './principalMap.ts';
import type { RecordedModel } from './recordedModel.ts';
import { countsIn, vocabularyOf } from './vocabulary.ts';
import { wholePass } from './wholePass.ts';
import { whyOf, withoutTokens } from './why.ts';
import {
  attentionRow,
  cosineOf,
  dot,
  embedding,
  likeliest,
  named,
  type Run,
  type Subject,
} from './subject.ts';

/** Tokens of the table of scores, of the guesses without a neuron, and neighbours. */
const [mostScores, fewGuesses, mostNeighbours] = [50, 5, 10];
/** Of as many every number can be read. */
const mostGridTokens = 32;
/** Cells of a picture's side: of a head, and of a thumbnail, of which all together have so many cells at most. */
const [pictureSize, thumbnailSize, mostThumbnailCells] = [512, 64, 768 * 1024];

/** What is asked of the run alone: not of the tokenizer, and not of the index. */
type RunKind = Exclude<RunQuestion['kind'], 'merges' | 'firingLines' | 'explain' | 'call'>;

/** One answer a kind; `model.run(ids)` has been called. */
const stageAnswers: {
  readonly [Kind in RunKind]: (
    run: Run,
    question: Extract<RunQuestion, { kind: Kind }>,
  ) => StageAnswers[Kind];
} = {
  overview,
  operations: ({ subject }) => subject.model.operations(),
  vocabulary: (run, { from, position, counts }) => {
    const { taught, model } = run.subject;
    const known = taught === undefined ? counts : countsIn(taught, model.config.vocabSize);
    return vocabularyOf(run, from, position, known);
  },
  vectors,
  map: (run, { point }) => mapOf(run, point),
  attention,
  thumbnails,
  mix,
  neurons,
  scores,
  choice: drawOf,
  learning: (run, { position, rate, weight }) => learningAt(run, position, rate, weight),
  pass: (run, { position, rate }) => wholePass(run, position, rate),
  why: whyOf,
  without: withoutTokens,
  next: nextAfter,
};

type AnyAnswer = (run: Run, question: RunQuestion) => StageAnswer['answer'];

/** What a stage is told of a run. */
export function answerStage(run: Run, question: Extract<RunQuestion, { kind: RunKind }>): StageAnswer {
  run.subject.model.run(run.ids);
  // One kind at a time: the compiler does not follow a union through a table.
  const answer = (stageAnswers[question.kind] as unknown as AnyAnswer)(run, question);
  return { kind: question.kind, answer } as StageAnswer;
}

function overview(
  { subject, ids }: Run,
  { layer, head, position }: Extract<StageQuestion, { kind: 'overview' }>,
): StageAnswers['overview'] {
  const { model } = subject;
  const { weights } = attentionRow(model, layer, head, position);
  const next = ids[position + 1] ?? null;
  const { top, entropy, actual } = distribution(model.logits(position), 1, next, subject.bytesOf);
  return {
    firing: countFiring(model.row('up', layer, position)),
    neurons: model.config.intermediateSize,
    looksMost: Math.max(...weights),
    top: top[0]!,
    entropy,
    loss: actual === null ? null : -Math.log(actual.probability),
  };
}

function countFiring(before: Float32Array): number {
  return before.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
}

/** The neuron that fires most; of those that do not, the one that is nearest to it. */
export function strongestNeuron(model: RecordedModel, layer: number, position: number): number {
  const sums = model.row('up', layer, position);
  return sums.reduce((best, sum, neuron) => (sum > sums[best]! ? neuron : best), 0);
}

function vectors(
  { subject, ids }: Run,
  { position, other, point: asked }: Extract<StageQuestion, { kind: 'vectors' }>,
): StageAnswers['vectors'] {
  const { vocabSize } = subject.model.config;
  const { story } = subject;
  const points = story?.points() ?? [];
  const point = asked !== null && asked < points.length ? asked : null;
  const [id, otherId] = [ids[position]!, ids[other]!];
  const [a, b] = [embedding(subject, id, point), embedding(subject, otherId, point)];
  const now = embedding(subject, id);
  const cosines = Float32Array.from({ length: vocabSize }, (_, other) =>
    other === id ? -Infinity : cosineOf(a, embedding(subject, other, point)),
  );
  return {
    origin: story?.origin ?? { from: 'unknown' },
    points: points.map(({ step }) => step),
    vector: [...a],
    other: [...b],
    dot: dot(a, b),
    cosine: cosineOf(a, b),
    now: [...now],
    change: cosineOf(a, now),
    drift: driftOf(subject, id, points.length),
    neighbours: mostLikely(cosines, Math.min(mostNeighbours, vocabSize - 1)).map((id) => ({
      ...named(subject, id),
      cosine: cosineOf(a, embedding(subject, id, point)),
    })),
  };
}

/** Where a token's vector was at each point, and is now. */
function driftOf(subject: Subject, id: number, points: number): StageAnswers['vectors']['drift'] {
  const now = embedding(subject, id);
  const first = embedding(subject, id, points > 0 ? 0 : null);
  return Array.from({ length: points + 1 }, (_, point) => {
    const vector = point < points ? embedding(subject, id, point) : now;
    const moved = vector.map((value, i) => value - first[i]!);
    return { distance: Math.sqrt(dot(moved, moved)), cosine: cosineOf(vector, now) };
  });
}

function attention(
  { subject, ids }: Run,
  { layer, head, position, other: asked }: Extract<StageQuestion, { kind: 'attention' }>,
): StageAnswers['attention'] {
  const { model } = subject;
  const row = attentionRow(model, layer, head, position);
  const other = asked ?? row.weights.indexOf(Math.max(...row.weights));
  const { hiddenSize: h, numAttentionHeads } = model.config;
  const dim = h / numAttentionHeads;
  const unrotated = (place: number, start: number): number[] => [
    ...model.unrotated(layer, place).subarray(start + head * dim, start + (head + 1) * dim),
  ];
  const tokens = ids.length;
  const side = Math.min(pictureSize, tokens);
  const picture = new Uint8Array(side * side);
  paintHead(model, layer, head, tokens, picture, side);
  return {
    ...row,
    query: unrotated(position, 0),
    rotatedQuery: [...model.head('q', layer, head, position)],
    other,
    key: unrotated(other, h),
    rotatedKey: [...model.head('k', layer, head, other)],
    value: [...model.head('v', layer, head, other)],
    grid: tokens <= mostGridTokens ? allScores(model, layer, head, tokens) : null,
    picture: picture.buffer,
    side,
    tokens,
  };
}

/** The largest share of each cell; of a text that is longer than the picture's side a cell is several tokens. @param cells u8[side, side] written */
function paintHead(
  model: RecordedModel,
  layer: number,
  head: number,
  tokens: number,
  cells: Uint8Array,
  side: number,
): void {
  const cell = (token: number): number => cellOf(token, { side, tokens });
  eachShare(model, layer, head, tokens, (row, other, share) => {
    const at = cell(row) * side + cell(other);
    cells[at] = Math.max(cells[at]!, Math.round(255 * share));
  });
}

/** q · k ÷ √d of every two tokens, before those ahead are masked. */
function allScores(model: RecordedModel, layer: number, head: number, tokens: number): number[] {
  const [queries, keys] = [model.heads('q', layer, head), model.heads('k', layer, head)];
  const dim = queries.length / tokens;
  const row = (of: Float32Array, at: number): Float32Array => of.subarray(at * dim, (at + 1) * dim);
  return Array.from({ length: tokens * tokens }, (_, i) => {
    const product = dot(row(queries, Math.floor(i / tokens)), row(keys, i % tokens));
    return product / Math.sqrt(dim);
  });
}

/** All shares of a head, row by row; the sums of a row's exponentials are float64. */
function eachShare(
  model: RecordedModel,
  layer: number,
  head: number,
  tokens: number,
  use: (row: number, other: number, share: number) => void,
): void {
  const [queries, keys] = [model.heads('q', layer, head), model.heads('k', layer, head)];
  const dim = queries.length / tokens;
  const scale = 1 / Math.sqrt(dim);
  const scores = new Float64Array(tokens);
  for (let row = 0; row < tokens; row++) {
    let most = -Infinity;
    const query = row * dim;
    for (let other = 0; other <= row; other++) {
      const key = other * dim;
      // Two sums, neither of which waits for the other; a rotated vector has an even number of components.
      let [even, odd] = [0, 0];
      for (let i = 0; i < dim; i += 2) {
        even += queries[query + i]! * keys[key + i]!;
        odd += queries[query + i + 1]! * keys[key + i + 1]!;
      }
      scores[other] = (even + odd) * scale;
      most = Math.max(most, scores[other]!);
    }
    let total = 0;
    for (let other = 0; other <= row; other++) total += scores[other] = Math.exp(scores[other]! - most);
    for (let other = 0; other <= row; other++) use(row, other, scores[other]! / total);
  }
}

function thumbnails({ subject, ids }: Run): StageAnswers['thumbnails'] {
  const { model } = subject;
  const { numHiddenLayers: layers, numAttentionHeads: heads } = model.config;
  const mostInMessage = Math.floor(Math.sqrt(mostThumbnailCells / (layers * heads)));
  const size = Math.min(thumbnailSize, ids.length, mostInMessage);
  const cells = size * size;
  const pictures = new Uint8Array(layers * heads * cells);
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      const start = (layer * heads + head) * cells;
      paintHead(model, layer, head, ids.length, pictures.subarray(start, start + cells), size);
    }
  }
  return { size, pictures: pictures.buffer };
}

function mix(
  { subject }: Run,
  { layer, head, position }: Extract<StageQuestion, { kind: 'mix' }>,
): StageAnswers['mix'] {
  const { model } = subject;
  const { hiddenSize, numAttentionHeads } = model.config;
  const dim = hiddenSize / numAttentionHeads;
  const before = model.row('input', layer, position);
  const after = model.row('middle', layer, position);
  return {
    normal: [...model.row('inputNorm', layer, position)],
    weights: attentionRow(model, layer, head, position).weights,
    context: [...model.row('attention', layer, position).subarray(head * dim, (head + 1) * dim)],
    attended: Array.from(after, (value, i) => value - before[i]!),
    before: [...before],
    after: [...after],
  };
}

function neurons(
  { subject, ids }: Run,
  { layer, position, silenced }: Extract<StageQuestion, { kind: 'neurons' }>,
): StageAnswers['neurons'] {
  const { model } = subject;
  const before = model.row('up', layer, position);
  const middle = model.row('middle', layer, position);
  const answer = {
    before: [...before],
    after: [...model.row('activated', layer, position)],
    firing: countFiring(before),
    normal: [...model.row('middleNorm', layer, position)],
    added: Array.from(model.output(layer, position), (value, i) => value - middle[i]!),
    output: [...model.output(layer, position)],
    top: likeliest(subject, model.logits(position), fewGuesses),
  };
  if (silenced === null) return { ...answer, topSilenced: null };
  const topSilenced = model.silencing(layer, silenced, () => {
    model.run(ids);
    return likeliest(subject, model.logits(position), fewGuesses);
  });
  return { ...answer, topSilenced };
}

function scores(
  { subject, ids }: Run,
  { position }: Extract<StageQuestion, { kind: 'scores' }>,
): StageAnswers['scores'] {
  const { model } = subject;
  const logits = model.logits(position);
  const actual = ids[position + 1] ?? null;
  const shown = new Set(mostLikely(logits, Math.min(mostScores, logits.length)));
  if (actual !== null) shown.add(actual);
  return {
    logits: logits.buffer as ArrayBuffer,
    normal: [...model.finalNorm(position)],
    named: [...shown].map((id) => named(subject, id)),
    actual,
    layers: Array.from(
      { length: model.config.numHiddenLayers },
      (_, layer) => likeliest(subject, model.logits(position, layer), 1)[0]!,
    ),
  };
}
