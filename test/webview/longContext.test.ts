import { describe, expect, it } from 'vitest';
import { InspectorConversation } from '../../extension/host/inspectorConversation.ts';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { distribution } from '../../extension/engine/sampler.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import { attentionRow, type Run } from '../../extension/inspection/subject.ts';
import type { InspectorMessage } from '../../extension/protocol/inspector.ts';
import type { ModelConfig } from '../../extension/protocol/model.ts';
import type { Inspection } from '../../extension/protocol/prediction.ts';
import {
  type RunQuestion,
  type StageAnswers,
  stageIds,
  type StageQuestion,
} from '../../extension/protocol/stages.ts';
import { cellOf } from '../../extension/protocol/pictureCells.ts';
import { shareIn, tokensIn } from '../../extension/webview/stages/headCells.ts';
import { fitted, initialSelection } from '../../extension/webview/selection.ts';
import { questionsOf } from '../../extension/webview/stageTable.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { mostMessageBytes, sizeOf } from './editorStandIn.ts';
import { sampleEngine, sampleModel } from './sampleEngine.ts';

/** As somebody else's model may be: a long context, many heads. */
function runOf(change: Partial<ModelConfig>, tokens: number): Run {
  const config: ModelConfig = {
    vocabSize: 4_000,
    hiddenSize: 16,
    intermediateSize: 64,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    maxPositionEmbeddings: tokens,
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    tieWordEmbeddings: true,
    ...change,
  };
  const model = new RecordedModel(compiled('relaxed'), config, randomTensors(config, 3));
  const ids = Array.from({ length: tokens }, (_, i) => (i * 7_919) % config.vocabSize);
  return { subject: { model, bytesOf: (id) => ` word${id}` }, ids };
}

function inspectionOf({ subject, ids }: Run): Inspection {
  const { model, bytesOf } = subject;
  model.run(ids);
  const position = ids.length - 2;
  const tokens = ids.map((id, i) => ({ id, bytes: bytesOf(id), start: 9 * i }));
  const { numHiddenLayers: layers, numAttentionHeads: heads, hiddenSize } = model.config;
  const told = distribution(model.logits(position), 20, ids[position + 1]!, bytesOf);
  return { run: 1, layers, heads, hiddenSize, tokens, cursor: position + 1, position, distribution: told };
}

/** What the page is told when a token is chosen in each of the stages. */
async function messagesOf(run: Run): Promise<InspectorMessage[]> {
  const inspection = inspectionOf(run);
  const messages: InspectorMessage[] = [];
  const answered = new Set<unknown>();
  const engine = sampleEngine({
    inspect: async () => inspection,
    ask: async ({ question }) =>
      question.kind === 'merges'
        ? { kind: 'merges', answer: { steps: [] } }
        : answerStage(run, question as never),
  });
  const conversation = new InspectorConversation(
    (message) => messages.push(message),
    engine,
    new TrainingHistory(),
    sampleModel,
  );
  conversation.ready();
  conversation.follow({
    place: { uri: 'file:///a.ts', file: 'a.ts', line: 1, column: 1 },
    name: 'a.ts',
    prefix: 'x'.repeat(9 * run.ids.length),
    suffix: '',
  });
  const { revision } = messages.find(
    (message) => message.type === 'moved' && message.place !== null,
  ) as Extract<InspectorMessage, { type: 'moved' }>;
  let sequence = 0;
  // One neuron's lines and one token's why are asked for a part at a time, and are small.
  const isLarge = ({ kind }: StageQuestion): boolean =>
    !['why', 'branch', 'doubt', 'firingLines'].includes(kind);
  for (const stage of stageIds) {
    const selection = fitted({ ...initialSelection, map: true }, inspection);
    const questions = questionsOf(stage, selection, inspection)
      .filter(isLarge)
      .map((question) => ({ sequence: ++sequence, question }));
    await conversation.answer({ type: 'inspect', sequence: ++sequence, revision, position: null, questions });
    for (const { question } of questions) answered.add(question.kind);
  }
  expect(answered.has('attention') && answered.has('thumbnails') && answered.has('mix')).toBe(true);
  // What is told apart comes by itself.
  await expect.poll(() => kindsIn(messages)).toEqual([...answered].sort());
  return messages;
}

function kindsIn(messages: readonly InspectorMessage[]): string[] {
  const kinds = messages.flatMap((message) =>
    message.type === 'inspected' || message.type === 'answered'
      ? message.answers.map(({ answer }) => answer.kind)
      : [],
  );
  return [...new Set(kinds)].sort();
}

function attentionOf(run: Run, position: number): StageAnswers['attention'] {
  const question: RunQuestion = { kind: 'attention', layer: 0, head: 1, position, other: null };
  return answerStage(run, question as never).answer as StageAnswers['attention'];
}

describe('of a model with a long context', () => {
  it.each([
    ['2,048 tokens', { hiddenSize: 64, intermediateSize: 256 }, 2_048],
    ['8,192 tokens, as many as are let in', {}, 8_192],
    [
      '16 layers of 24 heads',
      { hiddenSize: 96, intermediateSize: 384, numHiddenLayers: 16, numAttentionHeads: 24 },
      70,
    ],
  ] as const)('no message is larger than 1 MB: %s', { timeout: 120_000 }, async (_, change, tokens) => {
    const messages = await messagesOf(runOf(change, tokens));
    const sizes = messages.map(sizeOf);
    console.log(`largest ${Math.max(...sizes)} bytes`);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(mostMessageBytes);
  });

  const run = runOf({}, 1_100);
  const position = 1_050;
  const answer = attentionOf(run, position);
  const cells = new Uint8Array(answer.picture);

  it('a cell of the picture is the largest share of its tokens, and the page says of which', () => {
    const { side, tokens } = answer;
    expect([side, tokens]).toEqual([512, 1_100]);
    const rows = [640, 641, 642, 643].map((row) => attentionRow(run.subject.model, 0, 1, row).weights);
    const cell = cellOf(641, answer);
    const inCell = [640, 641, 642, 643].filter((row) => cellOf(row, answer) === cell);
    expect(tokensIn(cell, answer)).toBe(`${inCell[0]! + 1}–${inCell.at(-1)! + 1}`);
    for (const column of [0, 17, 300, 601]) {
      const columns = Array.from({ length: tokens }, (_, other) => other).filter(
        (other) => cellOf(other, answer) === cellOf(column, answer),
      );
      const shares = inCell.flatMap((row) => columns.map((other) => rows[row - 640]![other] ?? 0));
      const { value, isExact } = shareIn(answer, cells, position, { row: 641, column });
      expect(isExact).toBe(false);
      expect(Math.abs(value - Math.max(...shares))).toBeLessThanOrEqual(1 / 255);
    }
  });

  it('the chosen token’s row is exact all the same', () => {
    const { weights } = attentionRow(run.subject.model, 0, 1, position);
    weights.forEach((weight, column) => {
      expect(shareIn(answer, cells, position, { row: position, column })).toEqual({
        value: weight,
        isExact: true,
      });
    });
  });
});
