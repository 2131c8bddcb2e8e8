import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { distribution } from '../../extension/engine/sampler.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { readCall } from '../../extension/inspection/readCall.ts';
import { explain } from '../../extension/inspection/explain.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import type { InspectorMemory, ModelState } from '../../extension/protocol/inspector.ts';
import type { Inspection } from '../../extension/protocol/prediction.ts';
import type { RunQuestion, StageAnswer, StageAnswers } from '../../extension/protocol/stages.ts';
import { fitted, initialSelection } from '../../extension/webview/selection.ts';
import { questionsOf } from '../../extension/webview/stageTable.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';
import type { VirtualTime } from './virtualTime.ts';
import { noWorkspace } from './noWorkspace.ts';

const config = {
  ...presetConfig('pencil', 96),
  numHiddenLayers: 2,
  maxPositionEmbeddings: 32,
};

/** Two trainings, six texts; a run is one text read by one model, and has one number. */
const models = [1, 2].map(
  (seed) => new RecordedModel(compiled('baseline'), config, randomTensors(config, seed)),
);
const texts = Array.from({ length: 6 }, (_, text) => [
  ...randomIntegers(uniform(text + 1), 12 + text, 0, config.vocabSize - 1),
]);
export const textCount = texts.length;
const bytesOf = (id: number): string => (id % 8 === 3 ? ';\n' : ` t${id}`);

export const modelOf = (model: number): ModelState => ({
  state: 'ready',
  model: {
    checkpoint: '/model',
    tokenizer: 'c0ffee',
    config,
    parameters: 1_000,
    steps: model,
    seconds: 60,
    heldOutBitsPerByte: 1,
    preset: 'pencil',
  },
  origin: 'trained',
});
export const textOf = (text: number) => ({
  place: { uri: `file:///${text}.ts`, file: `${text}.ts`, line: 1 + text, column: 1 },
  name: `${text}.ts`,
  prefix: String(text),
  suffix: '',
});

export function runOf(model: number, text: number): Run {
  return { subject: { model: models[model]!, bytesOf }, ids: texts[text]! };
}

export function inspectionOf(model: number, text: number, chosen: number | null, topK = 20): Inspection {
  const { subject, ids } = runOf(model, text);
  const cursor = ids.length - 2;
  const position = chosen ?? cursor - 1;
  subject.model.run(ids);
  const tokens = ids.map((id, i) => ({
    id,
    bytes: bytesOf(id),
    start: ids.slice(0, i).reduce((sum, before) => sum + bytesOf(before).length, 0),
  }));
  const told = distribution(subject.model.logits(position), topK, ids[position + 1] ?? null, bytesOf);
  const { numHiddenLayers: layers, numAttentionHeads: heads, hiddenSize } = config;
  return { run: 100 * model + text, layers, heads, hiddenSize, tokens, cursor, position, distribution: told };
}

function answer(run: Run, question: RunQuestion): StageAnswer {
  switch (question.kind) {
    case 'merges':
      return { kind: 'merges', answer: { steps: [] } };
    case 'firingLines':
      return { kind: 'firingLines', answer: null };
    case 'call':
      return { kind: 'call', answer: readCall(run.subject, question.asked) };
    case 'explain':
      if ('at' in question.number) throw new Error('no text of a workspace is looked at');
      return { kind: 'explain', answer: explain(run, question.number) };
    default:
      return answerStage(run, question);
  }
}

/** The real engine's answers, each 0 to 2 seconds late. @param model that answers now */
export function lateEngine(time: VirtualTime, random: () => number, model: () => number): InspectionEngine {
  const late = <Result>(make: () => Result, signal: AbortSignal): Promise<Result> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      time.after(2_000 * random(), () => resolve(make()));
    });
  return {
    inspect: ({ prefix, position, topK }, signal) => {
      const [trained, text] = [model(), Number(prefix)];
      return late(() => inspectionOf(trained, text, position, topK), signal);
    },
    ask: ({ run, question }, signal) =>
      late(() => answer(runOf(Math.floor(run / 100), run % 100), question), signal),
    inspectEssay: () => Promise.reject(new Error('the essay is not looked at')),
    essay: () => Promise.reject(new Error('the essay is not looked at')),
    ...noWorkspace,
  };
}

/** Every number that may be on the screen for what the page says is chosen, in rising order. */
export function numbersFor(
  model: number,
  text: number,
  position: number,
  memory: InspectorMemory,
): Float64Array {
  const { stage, layer, head, temperature, topK, topP, seed } = memory;
  const inspection = inspectionOf(model, text, position);
  const chosen = { ...initialSelection, layer, head, temperature, topK, topP, seed };
  const run = runOf(model, text);
  const found: number[] = [];
  collect(inspection.distribution, found);
  const { actual } = inspection.distribution;
  if (actual !== null) found.push(-Math.log(actual.probability));
  for (const question of questionsOf(stage, fitted(chosen, inspection), inspection)) {
    if (['branch', 'doubt', 'seen', 'parts', 'messages'].includes(question.kind)) continue;
    const told = answer(run, { counts: null, ...question } as RunQuestion).answer;
    collect(told, found);
    if (question.kind === 'attention') found.push(...sharesOf(told as StageAnswers['attention']));
    if (question.kind !== 'scores') continue;
    const logits = run.subject.model.logits(position);
    found.push(...logits, ...softmax(logits, temperature));
  }
  return Float64Array.from(found).sort();
}

/** Of a short text every share of the head is shown: what the page makes of all scores, a row each. */
function sharesOf({ grid, tokens }: StageAnswers['attention']): number[] {
  if (grid === null) return [];
  return Array.from({ length: tokens }, (_, row) => {
    const seen = grid.slice(row * tokens, row * tokens + row + 1);
    return [...softmax(Float64Array.from(seen))];
  }).flat();
}

function collect(value: unknown, into: number[]): void {
  if (typeof value === 'number') into.push(value);
  else if (typeof value === 'object' && value !== null && !(value instanceof ArrayBuffer)) {
    for (const each of Object.values(value)) collect(each, into);
  }
}

/** Two JavaScript engines may differ in the last bits of an exponential. */
export function holds(sorted: Float64Array, value: number): boolean {
  const near = 1e-9 * Math.max(1, Math.abs(value));
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value - near) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && Math.abs(sorted[low]! - value) <= near;
}
