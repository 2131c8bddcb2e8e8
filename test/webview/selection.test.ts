import { expect, test } from 'vitest';
import { Essay, essayCursor } from '../../extension/inspection/essay.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import type { InspectorRequest } from '../../extension/protocol/inspector.ts';
import type { Inspection } from '../../extension/protocol/prediction.ts';
import type { StageAnswer, StageKind, StageQuestion, WeightPlace } from '../../extension/protocol/stages.ts';
import { type InspectorEvent, initialState, step } from '../../extension/webview/inspectorState.ts';
import { compiled } from '../engine/compiled.ts';
import { sampleInspection, sampleModel } from './sampleEngine.ts';
import { placeOf } from './simulation.ts';

const essay = new Essay(compiled('baseline'), 1);
const essayInspection: Inspection = {
  ...sampleInspection(null, 5),
  run: 1_001,
  layers: 1,
  heads: 2,
  hiddenSize: 8,
  tokens: essay.tokens,
  cursor: essayCursor,
  position: essayCursor - 1,
  distribution: { top: [], others: { count: 11, probability: 1 }, entropy: 1, actual: null },
};

/** A page that is told what a test wants, and what it asks. */
class Page {
  state = initialState(null);
  #revision = 0;

  constructor() {
    this.dispatch({ type: 'model', model: sampleModel });
    this.move(sampleInspection(null, 5));
  }

  dispatch(event: InspectorEvent): readonly InspectorRequest[] {
    const { state, send } = step(this.state, event);
    this.state = state;
    return send;
  }

  /** To the text, or the essay's. */
  move(inspection: Inspection): readonly InspectorRequest[] {
    this.#revision += 1;
    const isEssay = inspection === essayInspection;
    this.dispatch({
      type: 'moved',
      revision: this.#revision,
      place: isEssay ? null : placeOf(this.#revision),
      pinned: false,
      essay: isEssay ? essay.state : null,
      essayFailure: null,
      stage: null,
      wonder: null,
    });
    const { asked: sequence } = this.state;
    return this.dispatch({ type: 'inspected', sequence, revision: this.#revision, inspection, answers: [] });
  }

  asked<Kind extends StageKind>(kind: Kind): Extract<StageQuestion, { kind: Kind }> {
    return this.state.questions[kind]!.question as Extract<StageQuestion, { kind: Kind }>;
  }
}

const numbersIn = ({ answer }: StageAnswer): number[] => {
  const numbers: number[] = [];
  JSON.stringify(answer, (_, value: unknown) => {
    if (typeof value === 'number') numbers.push(value);
    return value;
  });
  return numbers;
};

const places: WeightPlace[] = [
  { matrix: 'embedding', layer: 0, row: 1_234, col: 40 },
  { matrix: 'qkv', layer: 0, row: 191, col: 63 },
  { matrix: 'output', layer: 0, row: 63, col: 63 },
  { matrix: 'up', layer: 0, row: 255, col: 63 },
  { matrix: 'down', layer: 0, row: 63, col: 255 },
];

test.each(places)(
  'a weight of $matrix that was chosen in a larger model is one of the essay’s model there',
  (weight) => {
    const page = new Page();
    page.dispatch({ type: 'openStage', stage: 'learning' });
    page.dispatch({ type: 'select', change: { weight } });
    expect(page.asked('learning').weight).toEqual(weight);
    page.move(essayInspection);
    const told = answerStage(essay.run, page.asked('learning')) as StageAnswer<'learning'>;
    const { value, gradient, after } = told.answer.weight;
    for (const number of [value, gradient, after]) expect(number).toEqual(expect.any(Number));
    expect(numbersIn(told).every(Number.isFinite)).toBe(true);
  },
);

test('a neuron that the essay’s model does not have is not asked about there, nor silenced', () => {
  const page = new Page();
  page.dispatch({ type: 'openStage', stage: 'neurons' });
  page.dispatch({ type: 'select', change: { neuron: 200, silenced: true } });
  expect(page.asked('neurons').silenced).toBe(200);
  page.move(essayInspection);
  expect(page.asked('neurons').silenced).toBeNull();
  page.dispatch({ type: 'select', change: { neuron: 31, silenced: true } });
  expect(page.asked('neurons').silenced).toBe(31);
});

test('a vector is compared with any token’s; a head asks about none that is ahead', () => {
  const page = new Page();
  const ahead = sampleInspection(null, 1).position + 1;
  page.dispatch({ type: 'openStage', stage: 'vectors' });
  page.dispatch({ type: 'select', change: { other: ahead } });
  expect(page.asked('vectors').other).toBe(ahead);
  page.dispatch({ type: 'openStage', stage: 'attention' });
  expect(page.asked('attention').other).toBeNull();
  page.dispatch({ type: 'select', change: { other: 2 } });
  expect(page.asked('attention').other).toBe(2);
});

test('another text, and other tokens, begin without the pair and the page of the vocabulary of the one before', () => {
  const page = new Page();
  const look = (): void => {
    page.dispatch({ type: 'select', change: { other: 3, vocabularyFrom: 60 } });
  };
  look();
  page.move({ ...sampleInspection(null, 5), run: 1_002 });
  expect(page.state.selection).toMatchObject({ other: null, vocabularyFrom: null });
  look();
  page.dispatch({
    type: 'model',
    model: { ...sampleModel, model: { ...sampleModel.model, tokenizer: 'x' } },
  });
  expect(page.state.selection).toMatchObject({ other: null, vocabularyFrom: null });
  page.move(essayInspection);
  look();
  // A lesson leaves the words as they are.
  page.move(essayInspection);
  expect(page.state.selection).toMatchObject({ other: 3, vocabularyFrom: 60 });
});

test('a head of another layer leaves the neuron of the one before, one of the same layer keeps it', () => {
  const page = new Page();
  page.dispatch({ type: 'select', change: { neuron: 7, silenced: true } });
  page.dispatch({ type: 'select', change: { layer: 0, head: 1, other: null } });
  expect(page.state.selection).toMatchObject({ neuron: 7, silenced: true });
  page.dispatch({ type: 'select', change: { layer: 1, head: 1, other: null } });
  expect(page.state.selection).toMatchObject({ neuron: null, silenced: false });
});
