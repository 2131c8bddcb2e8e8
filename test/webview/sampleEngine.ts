import { distribution } from '../../extension/engine/sampler.ts';
import type { CallMessage } from '../../extension/protocol/calling.ts';
import type { InspectionEngine } from '../../extension/host/inspectorConversation.ts';
import { Essay, essayCursor } from '../../extension/inspection/essay.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import type { Run, Subject } from '../../extension/inspection/subject.ts';
import type { ModelState } from '../../extension/protocol/inspector.ts';
import type { InspectedToken, Inspection } from '../../extension/protocol/prediction.ts';
import type { Parts, StageAnswer, RunQuestion } from '../../extension/protocol/stages.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { sampleTokens } from './sampleText.ts';

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

export const sampleModel: ModelState = {
  state: 'ready',
  model: { checkpoint: '/model', config, parameters: 229_000, steps: 900, heldOutBitsPerByte: 1.83 },
};

const names = new Map(sampleTokens.tokens.map(({ id, bytes }) => [id, bytes]));
const subject: Subject = {
  model: new RecordedModel(compiled('relaxed'), config, randomTensors(config, 9)),
  bytesOf: (id) => names.get(id) ?? ` tok${id}`,
};
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
  // Runs of the essay have odd numbers.
  lastRun += run === sampleRun ? 2 - (lastRun % 2) : 1 + (lastRun % 2 === 0 ? 0 : 1);
  return { run: lastRun, layers, heads, hiddenSize, tokens, cursor, position, distribution: told };
}

function answerOf(run: Run, question: RunQuestion): StageAnswer {
  if (question.kind === 'merges') {
    const { bytes } = run === sampleRun ? sampleTokens.tokens[question.position]! : { bytes: 'word' };
    return { kind: 'merges', answer: { steps: [{ pieces: [...bytes], merge: null, made: null }] } };
  }
  return answerStage(run, question);
}

/** The sample's and the essay's runs in this process; what is mixed is told by `parts`. */
export function sampleEngine(change: Partial<InspectionEngine> = {}): InspectionEngine {
  return {
    inspect: async ({ position, topK }) => sampleInspection(position, topK),
    inspectEssay: async (position, topK) =>
      inspectionOf(essay.run, essay.tokens, essayCursor, position, topK),
    ask: async ({ run, question }) => answerOf(run % 2 === 1 ? essay.run : sampleRun, question),
    essay: async (action) => {
      if (action.type === 'begin') essay.begin(action.seed);
      else essay.step(action.steps, action.rate);
      return essay.state;
    },
    find: async () => ({ tokens: 9, file: 'shop/cart.ts', line: 12 }),
    parts: async () => sampleParts,
    messages: () => [sampleMessage],
    ...change,
  };
}

/** As completions leave it behind. */
export const sampleMessage: CallMessage = {
  tool: 'members',
  argument: 'cart',
  probability: 0.6203,
  returned: 12,
  text: '<|call|>members cart<|result|>items,total<|end|>',
  chosen: [{ name: 'total', probability: 0.75 }],
};

/** Two decisions of one token, as an index would tell them. */
const sampleParts: Parts = {
  transformer: true,
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
        mixed: 0.81,
        adjusted: 0.8,
        side: 1,
      },
      {
        pushes: { project: 0.5, file: 0.1, backOff: 0.1, transformer: 0.1, constant: -0.05, limits: 0 },
        stretched: 0.75,
        mixed: 0.6792,
        adjusted: 0.6794,
        side: 0,
      },
    ],
  })),
};
