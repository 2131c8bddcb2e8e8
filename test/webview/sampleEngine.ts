import { distribution } from '../../extension/engine/sampler.ts';
import type { NumberedMessage } from '../../extension/protocol/calling.ts';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import { Essay, essayCursor } from '../../extension/inspection/essay.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { replayMerges } from '../../extension/inspection/mergeReplay.ts';
import { readCall } from '../../extension/inspection/readCall.ts';
import { controlBytes } from '../../extension/protocol/tokenBytes.ts';
import { explain } from '../../extension/inspection/explain.ts';
import { ReadText } from '../../extension/inspection/firingLines.ts';
import { answerStage, strongestNeuron } from '../../extension/inspection/stageAnswers.ts';
import { recipeFor } from '../../extension/training/recipe.ts';
import { storyOf } from '../../extension/inspection/vectorStory.ts';
import type { Run, Subject } from '../../extension/inspection/subject.ts';
import type { ModelState } from '../../extension/protocol/inspector.ts';
import type { InspectedToken, Inspection } from '../../extension/protocol/prediction.ts';
import type { Explanation } from '../../extension/protocol/explanation.ts';
import type { Parts } from '../../extension/protocol/parts.ts';
import type { NumberName, StageAnswer, RunQuestion } from '../../extension/protocol/stages.ts';
import type { WorkspaceText } from '../../extension/protocol/workspaceText.ts';
import { controlNames, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { sampleTokens } from './sampleText.ts';
import { noWorkspace } from './noWorkspace.ts';

const config = {
  vocabSize: 2048,
  hiddenSize: 64,
  intermediateSize: 256,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  maxPositionEmbeddings: 128,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tieWordEmbeddings: true,
} as const;

export const sampleModel: Extract<ModelState, { state: 'ready' }> = {
  state: 'ready',
  model: {
    checkpoint: '/model',
    tokenizer: 'c0ffee',
    config,
    parameters: 229_000,
    steps: 900,
    seconds: 60,
    heldOutBitsPerByte: 1.83,
    preset: 'small',
  },
  origin: 'trained',
};

/** The last tokens are no text. */
const callId = config.vocabSize - 3;
const names = new Map(sampleTokens.tokens.map(({ id, bytes }) => [id, bytes]));
const subject: Subject = {
  model: new RecordedModel(compiled('relaxed'), config, randomTensors(config, 9)),
  bytesOf: (id) =>
    id < callId - 1 ? (names.get(id) ?? ` tok${id}`) : controlBytes(controlNames[id - callId + 1]!),
  training: {
    recipe: recipeFor({ preset: 'small', optimizer: 'adamw', tokensPerStep: null }),
    left: null,
    textTokens: null,
  },
  story: storyOf({
    config,
    trainerState: {
      preset: 'small',
      seed: 9,
      provenance: { corpora: [], readAtMs: 0 },
      best: { step: 900 },
    },
  }),
};
/** The sample's tokens are cut by hand; merges are those of a tokenizer that has learnt from their text. */
const tokenizer = trainTokenizer(
  [
    Buffer.from(
      sampleTokens.tokens
        .map(({ bytes }) => bytes)
        .join('')
        .repeat(2),
      'latin1',
    ),
  ],
  400,
);
const sampleRun: Run = { subject, ids: sampleTokens.tokens.map(({ id }) => id) };
const essay = new Essay(compiled('baseline'), 1);

/** The real engine's numbers for the sample's tokens, whatever text is asked about. */
export function sampleInspection(chosen: number | null, topK: number): Inspection {
  return inspectionOf(sampleRun, sampleTokens.tokens, sampleTokens.cursor, chosen, topK);
}

let lastRun = 0;

function inspectionOf(
  run: Run,
  tokens: readonly InspectedToken[],
  cursor: number,
  chosen: number | null,
  topK: number,
): Inspection {
  const { model } = run.subject;
  const position = chosen ?? cursor - 1;
  model.run(run.ids);
  const { numHiddenLayers: layers, numAttentionHeads: heads, hiddenSize } = model.config;
  const told = distribution(model.logits(position), topK, run.ids[position + 1] ?? null, run.subject.bytesOf);
  // Runs of the essay have odd numbers; the same text again is the same run.
  const isEven = lastRun % 2 === 0;
  if (run !== sampleRun) lastRun += isEven ? 1 : 2;
  else if (!isEven || lastRun === 0) lastRun += isEven ? 2 : 1;
  return { run: lastRun, layers, heads, hiddenSize, tokens, cursor, position, distribution: told };
}

function answerOf(run: Run, question: RunQuestion, readText: ReadText): StageAnswer {
  if (question.kind === 'merges') {
    const { bytes } = run === sampleRun ? sampleTokens.tokens[question.position]! : { bytes: 'word' };
    const ids = tokenizer.encode(Buffer.from(bytes, 'latin1'));
    const longest = ids.reduce((best, id) =>
      tokenizer.tokenBytes(id).length > tokenizer.tokenBytes(best).length ? id : best,
    );
    return { kind: 'merges', answer: replayMerges(tokenizer, longest, question.counts) };
  }
  if (question.kind === 'call') return { kind: 'call', answer: readCall(subject, question.asked) };
  if (question.kind === 'explain') {
    const { number } = question;
    return { kind: 'explain', answer: 'at' in number ? explainLine(readText, number) : explain(run, number) };
  }
  if (question.kind === 'firingLines') {
    run.subject.model.run(run.ids);
    const neuron = question.neuron ?? strongestNeuron(run.subject.model, question.layer, question.position);
    readText.read(0);
    return { kind: 'firingLines', answer: readText.strongest(question.layer, neuron) };
  }
  return answerStage(run, question);
}

function explainLine(
  readText: ReadText,
  { of, layer, at, index }: Extract<NumberName, { at: number }>,
): Explanation {
  const { run, position } = readText.runAt(at)!;
  return explain(run, { of: of === 'lineSum' ? 'neuron' : 'activation', layer, position, index });
}

/** The sample's tokens as files of a workspace; each begins elsewhere in them. */
const workspaceText: WorkspaceText = {
  passages: Array.from({ length: 12 }, (_, file) => {
    const ids = sampleRun.ids.slice(3 * file);
    let line = 1;
    const lines = ids.map((id) => {
      const here = line;
      line += names.get(id)!.split('\n').length - 1;
      return here;
    });
    return { file: `shop/part${file}.ts`, ids: Uint16Array.from(ids), lines: Uint32Array.from(lines) };
  }),
  tokens: 5_000,
};
/** As often as a token's ID says. */
const counts = Uint32Array.from({ length: config.vocabSize }, (_, id) => (id * 7) % 1_001);

/** The sample's and the essay's runs in this process; what is mixed is told by `parts`. */
export function sampleEngine(change: Partial<InspectionEngine> = {}): InspectionEngine {
  const readText = new ReadText(subject, workspaceText);
  return {
    inspect: async ({ position, topK }) => sampleInspection(position, topK),
    inspectEssay: async ({ way, position, topK }) => {
      essay.follow(way);
      return inspectionOf(essay.run, essay.tokens, essayCursor, position, topK);
    },
    ask: async ({ run, question }) => answerOf(run % 2 === 1 ? essay.run : sampleRun, question, readText),
    essay: async (_, way) => {
      essay.follow(way);
      return essay.state;
    },
    ...noWorkspace,
    passages: async () => workspaceText,
    frequencies: async () => counts,
    find: async () => ({ tokens: 9, count: 1, places: [{ file: 'shop/cart.ts', line: 12 }] }),
    parts: async () => sampleParts,
    messages: () => [sampleMessage],
    ...change,
  };
}

/** As completions leave it behind. */
export const sampleMessage: NumberedMessage = {
  number: 1,
  tool: 'members',
  argument: 'cart',
  probability: 0.6203,
  returned: 12,
  text: '<|call|>members cart<|result|>items,total<|end|>',
  ids: [callId, 111, 74, callId + 1, 148, 185, 222, callId + 2],
  before: sampleRun.ids.slice(0, 20),
  chosen: [{ name: 'total', ids: [37], probability: 0.75 }],
};

/** Two decisions of one token, as an index would tell them. */
const sampleParts: Parts = {
  transformer: true,
  others: { count: 8_190, mixed: 1 - 0.2565 * 1.5 },
  tokens: [1, 2].map((i) => ({
    id: sampleTokens.tokens[i]!.id,
    bytes: sampleTokens.tokens[i]!.bytes,
    project: 0.31 / i,
    file: 0.22 / i,
    transformer: 0.4 / i,
    mixed: 0.2565 / i,
    decisions: [
      {
        pushes: { project: 0.9, file: 0.2, backOff: 0.1, transformer: 0.3, constant: -0.05, limits: 0 },
        stretched: 1.45,
        mixed: 1 / (1 + Math.exp(-1.45)),
        adjusted: 0.8,
        side: 1,
      },
      {
        pushes: { project: 0.5, file: 0.1, backOff: 0.1, transformer: 0.1, constant: -0.05, limits: 0 },
        stretched: 0.75,
        mixed: 1 / (1 + Math.exp(-0.75)),
        adjusted: 0.6794,
        side: 0,
      },
    ],
  })),
};
