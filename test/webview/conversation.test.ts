import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InspectorRequest } from '../../extension/protocol/inspector.ts';
import { stageIds } from '../../extension/protocol/stages.ts';
import { type InspectorEvent, initialState, step } from '../../extension/webview/inspectorState.ts';
import { inspectionOf, modelNumber, placeOf, Simulation, textOf } from './simulation.ts';
import { progress, reading } from './trainingEvents.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliverToHost' as const) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('deliverToPage' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('answer' as const), index: fc.nat(9), fails: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('tell' as const), index: fc.nat(9), fails: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('openStage' as const), stage: fc.constantFrom(...stageIds) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('select' as const), layer: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('choose' as const), position: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pin' as const), pinned: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('retrain' as const, 'hide' as const, 'reload' as const) }),
  },
);

async function perform(simulation: Simulation, act: typeof action extends fc.Arbitrary<infer A> ? A : never) {
  switch (act.kind) {
    case 'deliverToHost':
      return simulation.deliverToHost();
    case 'deliverToPage':
      return simulation.deliverToPage();
    case 'answer':
      return simulation.answerOne(act.index, act.fails && act.index % 3 === 0);
    case 'tell':
      return simulation.answerQuestion(act.index, act.fails && act.index % 3 === 0);
    case 'openStage':
      return simulation.dispatch({ type: 'openStage', stage: act.stage });
    case 'select':
      return simulation.dispatch({ type: 'select', change: { layer: act.layer } });
    case 'move':
      return simulation.move();
    case 'choose':
      return simulation.choose(act.position);
    case 'pin':
      return simulation.dispatch({ type: 'setPinned', pinned: act.pinned });
    case 'retrain':
      return simulation.retrain();
    case 'hide':
      simulation.hide();
      return simulation.show();
    case 'reload':
      // The page starts over while messages to the old one are still under way.
      simulation.toHost.length = 0;
      return simulation.show();
  }
}

test('with any delays and replies in any order nothing stale is ever drawn as current, and all ends up to date', async () => {
  let drawn = 0;
  let drawnOfStages = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 100, maxLength: 200, size: 'max' }), async (actions) => {
      const simulation = new Simulation();
      simulation.move();
      simulation.show();
      for (const act of actions) await perform(simulation, act);
      await simulation.quiesce();
      drawn += simulation.drawn;
      drawnOfStages += simulation.drawnOfStages;
      const page = simulation.page!;
      expect(page.waiting).toBe(false);
      expect(page.subject?.pinned).toBe(simulation.host.pinned);
      if (page.failure !== null) expect(page.failure.message).toBe(`no answer for ${simulation.followed}`);
      else {
        expect(page.answer?.inspection.distribution.entropy).toBe(simulation.followed);
        expect(page.answer?.inspection.distribution.others.count).toBe(simulation.model);
      }
    }),
    { numRuns: 500 },
  );
  expect(drawn, 'the property is not empty').toBeGreaterThan(1000);
  expect(drawnOfStages, 'and of the stages neither').toBeGreaterThan(1000);
});

test('a reply to any request but the last changes nothing that is drawn', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(7), { minLength: 1, maxLength: 40 }), (order) => {
      let state = initialState(null);
      const apply = (event: InspectorEvent): readonly InspectorRequest[] => {
        const next = step(state, event);
        state = next.state;
        return next.send;
      };
      apply({ type: 'model', model: modelNumber(1) });
      const asked: Extract<InspectorRequest, { type: 'inspect' }>[] = [];
      for (let revision = 1; revision <= 8; revision += 1) {
        const sent = apply({
          type: 'moved',
          revision,
          place: placeOf(revision),
          pinned: false,
          essay: null,
          essayFailure: null,
          stage: null,
          wonder: null,
        });
        asked.push(...sent.filter((request) => request.type === 'inspect'));
      }
      expect(asked).toHaveLength(8);
      for (const index of order) {
        const { sequence, revision } = asked[index]!;
        const before = state;
        const inspection = inspectionOf(revision, 1, null);
        apply({ type: 'inspected', sequence, revision, inspection, answers: [] });
        if (index < 7) expect(state).toEqual(before);
        else expect(state.answer?.revision).toBe(8);
      }
    }),
  );
});

test('a question about a text that has been replaced costs the engine nothing', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.deliverToHost();
  while (simulation.toPage.length > 0) simulation.deliverToPage();
  simulation.move();
  await simulation.deliverToHost();
  expect(simulation.engine).toEqual([]);
});

test('what was told of half of a message reaches no page that has been shown since', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  simulation.dispatch({ type: 'openStage', stage: 'attention' });
  await simulation.quiesce();
  simulation.dispatch({ type: 'select', change: { layer: 1 } });
  await simulation.deliverToHost();
  expect(simulation.questions.map(({ question }) => question.kind)).toEqual(['overview', 'attention']);
  await simulation.answerQuestion(0, false);
  simulation.hide();
  simulation.show();
  await simulation.deliverToHost();
  await simulation.answerQuestion(0, false);
  expect(simulation.toPage.map(({ type }) => type)).toEqual(['model', 'moved', 'training']);
});

test('the same text again, as when the keyboard goes back to the code, does not undo a choice', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  simulation.choose(0);
  await simulation.quiesce();
  simulation.host.follow(textOf(1));
  await simulation.quiesce();
  expect(simulation.page?.chosen).toBe(0);
  simulation.host.follow(textOf(1, 'typed'));
  await simulation.quiesce();
  expect(simulation.page?.chosen).toBeNull();
});

test('a model that has learnt a save keeps what is looked at and renews its numbers; one that cuts texts otherwise does not', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  // The first two cut alike only from the second on.
  simulation.retrain();
  await simulation.quiesce();
  simulation.choose(0);
  await simulation.quiesce();
  const number = { of: 'loss', position: 0 } as const;
  simulation.dispatch({ type: 'select', change: { branch: [1, 2] } });
  simulation.dispatch({ type: 'look', look: { number, sheet: true } });
  await simulation.quiesce();
  const runBefore = simulation.page!.answer!.inspection.run;
  simulation.retrain();
  simulation.deliverToPage();
  expect(simulation.page!.questions.explain?.answer, 'nothing vanishes until it is renewed').not.toBeNull();
  await simulation.quiesce();
  const { chosen, look, selection, answer, questions } = simulation.page!;
  expect({ chosen, look }).toEqual({ chosen: 0, look: { number, sheet: true } });
  expect(selection.branch).toEqual([1, 2]);
  expect(answer!.inspection.run).not.toBe(runBefore);
  expect(answer!.inspection.distribution.others.count).toBe(3);
  expect(questions.explain).toMatchObject({ waiting: false, run: answer!.inspection.run });
  simulation.retrain();
  await simulation.quiesce();
  expect(simulation.page).toMatchObject({ chosen: null, look: null });
});

test('what somebody wants to know is asked of what follows the cursor, whatever was chosen there before', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  simulation.choose(0);
  await simulation.quiesce();
  simulation.host.wonder({ about: 'why', suggestion: null });
  await simulation.deliverToHost();
  while (simulation.toPage.length > 0) simulation.deliverToPage();
  expect(simulation.page).toMatchObject({
    chosen: null,
    stage: 'why',
    wonder: { about: 'why' },
    waiting: true,
  });
});

test.each([
  ['are asked of one that cuts texts alike', 3, [5, 6]],
  ['are not asked of another', 4, []],
])('the tokens of a suggestion %s, where the model changes before it answers', (_, next, branch) => {
  const before = modelNumber(2);
  if (before.state !== 'ready') throw new Error('not ready');
  const tokens = [5, 6].map((id) => ({ id, bytes: 'x', logit: 0, probability: 0.5 }));
  const suggestion = { tokens, tokenizer: before.model.tokenizer, back: 0, typed: 0 };
  const { distribution, ...rest } = inspectionOf(0, next, null);
  const top = [{ id: 7, bytes: 'y', logit: 0, probability: 0.5 }];
  const events: ((asked: number) => InspectorEvent)[] = [
    () => ({ type: 'model', model: before }),
    () => ({
      type: 'moved',
      revision: 1,
      place: placeOf(0),
      pinned: false,
      essay: null,
      essayFailure: null,
      stage: 'why',
      wonder: { about: 'why', suggestion },
    }),
    () => ({ type: 'model', model: modelNumber(next) }),
    (sequence) => ({
      type: 'inspected',
      sequence,
      revision: 1,
      inspection: { ...rest, distribution: { ...distribution, top } },
      answers: [],
    }),
  ];
  const state = events.reduce((now, event) => step(now, event(now.asked)).state, initialState(null));
  expect(state.selection.branch).toEqual(branch);
  expect(state.suggestion).toEqual(branch.length > 0 ? suggestion : null);
  expect(state.selection.whyToken).toBe(branch[0] ?? 7);
});

test('what was wanted to be known of one text is not asked of the next', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  simulation.host.wonder({ about: 'pencil' });
  simulation.move();
  await simulation.deliverToHost();
  while (simulation.toPage.length > 0) simulation.deliverToPage();
  expect(simulation.page).toMatchObject({ stage: 'scores', wonder: null });
});

test('a page that is not there yet is told what was wanted to be known as soon as it is, once', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.host.wonder({ about: 'pencil' });
  simulation.show();
  await simulation.deliverToHost();
  const wonders = simulation.toPage.flatMap((message) => (message.type === 'moved' ? [message.wonder] : []));
  expect(wonders).toEqual([{ about: 'pencil' }]);
  simulation.hide();
  simulation.toPage.length = 0;
  simulation.show();
  await simulation.deliverToHost();
  const again = simulation.toPage.flatMap((message) => (message.type === 'moved' ? [message.wonder] : []));
  expect(again).toEqual([null]);
});

test('after a reload the chosen token is found again by its distance from the cursor', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  simulation.dispatch({ type: 'choose', position: 0 });
  await simulation.quiesce();
  simulation.hide();
  simulation.show();
  await simulation.quiesce();
  expect(simulation.page?.chosen).toBe(0);
  expect(simulation.page?.answer?.inspection.position).toBe(0);
});

test('what is kept over a reload holds no text: a URI, numbers and a flag', async () => {
  const simulation = new Simulation();
  simulation.move();
  simulation.show();
  await simulation.quiesce();
  simulation.dispatch({ type: 'choose', position: 1 });
  expect(simulation.memory).toEqual({
    pinned: false,
    place: { uri: 'file:///1', line: 1, column: 1 },
    tokensBack: 1,
    stage: 'scores',
    layer: 0,
    head: 0,
    temperature: 1,
    topK: 0,
    topP: 1,
    seed: 7,
    neuron: null,
    hidesFirst: false,
    map: false,
    flow: true,
    scales: { axis: 'step', logX: false, logY: false },
    essay: null,
    look: null,
  });
});

test('at most four training ticks a second reach the page, none while it is hidden, and the curve is whole', async () => {
  const simulation = new Simulation();
  simulation.show();
  await simulation.quiesce();
  simulation.history.record(reading);
  const takeMessages = (): void => {
    while (simulation.toPage.length > 0) simulation.deliverToPage();
  };
  for (let at = 1; at <= 1000; at += 1) {
    if (at === 500) simulation.hide();
    if (at === 600) {
      simulation.show();
      await simulation.deliverToHost();
    }
    simulation.history.record(progress(at, 8 / at));
    simulation.host.trainingChanged();
    await vi.advanceTimersByTimeAsync(7);
    takeMessages();
  }
  await vi.advanceTimersByTimeAsync(250);
  takeMessages();
  const { tickTimes } = simulation;
  expect(tickTimes.length).toBeGreaterThan(15);
  for (const start of tickTimes) {
    expect(tickTimes.filter((time) => time >= start && time < start + 1000).length).toBeLessThanOrEqual(4);
  }
  expect(simulation.page?.training.train.map(([at]) => at)).toEqual(
    Array.from({ length: 1000 }, (_, i) => i + 1),
  );
});

test('a page that is shown late in a long training is told all of it in parts, at most four a second', async () => {
  const simulation = new Simulation();
  simulation.history.record(reading);
  const points = 18_000;
  for (let at = 1; at <= points; at += 1) simulation.history.record(progress(at, 8 / at));
  simulation.show();
  await simulation.deliverToHost();
  for (let i = 0; i < 8; i++) {
    await vi.advanceTimersByTimeAsync(250);
    while (simulation.toPage.length > 0) simulation.deliverToPage();
  }
  const { tickTimes } = simulation;
  // The first part answers `ready`.
  expect(tickTimes).toHaveLength(4);
  tickTimes.slice(1).forEach((time, i) => expect(time - tickTimes[i]!).toBeGreaterThanOrEqual(250));
  expect(simulation.page?.training.train.map(([at]) => at)).toEqual(
    Array.from({ length: points }, (_, i) => i + 1),
  );
});

test('while somebody writes a tick a second reaches the page', async () => {
  const simulation = new Simulation();
  simulation.show();
  await simulation.quiesce();
  simulation.history.record(reading);
  for (let at = 1; at <= 500; at += 1) {
    simulation.history.record(progress(at, 8 / at));
    simulation.host.trainingChanged(true);
    await vi.advanceTimersByTimeAsync(20);
    while (simulation.toPage.length > 0) simulation.deliverToPage();
  }
  const { tickTimes } = simulation;
  expect(tickTimes.length).toBeGreaterThanOrEqual(9);
  for (const [i, time] of tickTimes.entries())
    if (i >= 2) expect(time - tickTimes[i - 1]!).toBeGreaterThanOrEqual(1_000);
});
