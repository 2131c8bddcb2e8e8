import { describe, expect, it } from 'vitest';
import { InspectorConversation } from '../../extension/host/inspectorConversation.ts';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { Inspector } from '../../extension/inspection/inspector.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { EssayAction } from '../../extension/protocol/inspecting.ts';
import type { InspectorMemory, InspectorRequest } from '../../extension/protocol/inspector.ts';
import {
  type InspectorEvent,
  initialState,
  type InspectorState,
  memoryOf,
  step,
} from '../../extension/webview/inspectorState.ts';
import { readMemory } from '../../extension/webview/memory.ts';
import { noWorkspace } from './noWorkspace.ts';

/** One thread, as long as it lives; all that is asked of it comes from a page. */
class Thread {
  inspector = new Inspector(nodePlatform());
  readonly engine: InspectionEngine = {
    inspect: () => Promise.reject(new Error('only the essay is looked at')),
    inspectEssay: ({ page, way, position, topK }) => this.inspector.inspectEssay(page, way, position, topK),
    essay: (page, way) => this.inspector.essay(page, way),
    ask: async ({ run, question }) => this.inspector.ask(run, question),
    ...noWorkspace,
  };
}

/** The page's own state and the host's end, joined without delay. */
class Page {
  state: InspectorState;
  readonly conversation: InspectorConversation;

  /** @param memory of a page before the window was loaded again */
  constructor({ engine }: Thread, memory: InspectorMemory | null = null) {
    this.state = initialState(memory);
    this.conversation = new InspectorConversation(
      (message) => {
        if (message.type !== 'focus' && message.type !== 'number') this.happen(message);
      },
      engine,
      new TrainingHistory(),
      { state: 'missing' },
    );
    this.conversation.ready();
  }

  happen(event: InspectorEvent): void {
    const next = step(this.state, event);
    this.state = next.state;
    for (const request of next.send) this.#send(request);
  }

  #send(request: InspectorRequest): void {
    if (request.type === 'inspect') void this.conversation.answer(request);
    if (request.type === 'ask') void this.conversation.ask(request);
  }

  async teach(action: EssayAction): Promise<void> {
    await this.conversation.essay(action);
    await this.settled();
  }

  async settled(): Promise<void> {
    await expect.poll(() => this.isSettled).toBe(true);
  }

  get isSettled(): boolean {
    const { waiting, questions } = this.state;
    return !waiting && Object.values(questions).every((asked) => !asked.waiting);
  }

  /** What the bar says of "away" is what the numbers under it say, and nothing was refused. */
  expectTrue(position = 6): void {
    const { subject, answer, questions, failure } = this.state;
    const { distribution } = answer!.inspection;
    const { says, saysProbability, trueProbability } = subject!.essay!;
    expect(failure).toBeNull();
    expect(Object.values(questions).map(({ error }) => error)).toEqual(
      Object.values(questions).map(() => null),
    );
    if (position !== 6) return;
    expect(distribution.actual).toMatchObject({ bytes: 'away', probability: trueProbability });
    expect(distribution.top[0]).toMatchObject({ bytes: says, probability: saysProbability });
  }
}

describe('the essay’s example in two pages', () => {
  it('is one of each: what is taught in one changes no number of the other', async () => {
    const thread = new Thread();
    const [taught, begun] = [new Page(thread), new Page(thread)];
    await taught.teach({ type: 'begin', seed: 1 });
    await begun.teach({ type: 'begin', seed: 1 });
    for (let lesson = 1; lesson <= 4; lesson++) {
      await taught.teach({ type: 'step', steps: 25, rate: 0.2 });
      for (const position of [0, 6]) {
        taught.happen({ type: 'choose', position });
        begun.happen({ type: 'choose', position });
        await Promise.all([taught.settled(), begun.settled()]);
      }
      // Their runs are known, too, after the other page's lessons.
      begun.happen({ type: 'openStage', stage: lesson % 2 === 0 ? 'scores' : 'attention' });
      await begun.settled();
      expect(taught.state.subject!.essay).toMatchObject({ step: 25 * lesson });
      expect(begun.state.subject!.essay).toMatchObject({ step: 0 });
      taught.expectTrue();
      begun.expectTrue();
    }
    expect(taught.state.subject!.essay!.says).toBe('away');
    expect(begun.state.answer!.inspection.distribution.top[0]!.bytes).not.toBe('away');
  });

  it('has the numbers of its seed and its steps again where the thread is a new one', async () => {
    const thread = new Thread();
    const page = new Page(thread);
    await page.teach({ type: 'begin', seed: 5 });
    await page.teach({ type: 'step', steps: 10, rate: 0.2 });
    await page.teach({ type: 'step', steps: 7, rate: 0.1 });
    const { distribution, run } = page.state.answer!.inspection;
    thread.inspector = new Inspector(nodePlatform(), { lastRun: run });
    page.happen({ type: 'choose', position: 6 });
    await page.settled();
    page.expectTrue();
    expect(page.state.answer!.inspection.distribution).toEqual(distribution);
    expect(page.state.answer!.inspection.run, 'no number means two runs').toBeGreaterThan(run);
    thread.inspector = new Inspector(nodePlatform(), { lastRun: page.state.answer!.inspection.run });
    await page.teach({ type: 'step', steps: 1, rate: 0.1 });
    page.expectTrue();
    expect(page.state.subject!.essay).toMatchObject({
      seed: 5,
      step: 18,
      lessons: [
        { steps: 10, rate: 0.2 },
        { steps: 8, rate: 0.1 },
      ],
    });
  });

  it('takes every step that is asked for, however quickly, and none of a lesson that was taken back', async () => {
    const page = new Page(new Thread());
    await page.teach({ type: 'begin', seed: 1 });
    const lessons = Array.from({ length: 5 }, () =>
      page.conversation.essay({ type: 'step', steps: 1, rate: 0.2 }),
    );
    await Promise.all(lessons);
    await page.settled();
    expect(page.state.subject!.essay!.step).toBe(5);
    await page.teach({ type: 'step', steps: 2_000, rate: 2 });
    const { diverged, step, lessons: gone } = page.state.subject!.essay!;
    expect(diverged).toBe(true);
    expect(gone.reduce((sum, { steps }) => sum + steps, 0)).toBe(step);
    page.expectTrue();
    await page.teach({ type: 'step', steps: 1, rate: 0.01 });
    expect(page.state.subject!.essay).toMatchObject({ diverged: false, step: step + 1 });
  });

  it('is the same after a restart: its seed, its steps, the token, the number and the rate', async () => {
    const page = new Page(new Thread());
    await page.teach({ type: 'begin', seed: 5 });
    await page.teach({ type: 'step', steps: 10, rate: 0.2 });
    await page.teach({ type: 'step', steps: 3, rate: 0.05 });
    page.happen({ type: 'select', change: { rate: 0.05 } });
    page.happen({ type: 'openStage', stage: 'learning' });
    page.happen({ type: 'choose', position: 2 });
    page.happen({ type: 'look', look: { number: { of: 'loss', position: 2 }, sheet: true } });
    await page.settled();
    const kept = JSON.stringify(memoryOf(page.state));
    const memory = readMemory(JSON.parse(kept))!;
    const again = new Page(new Thread(), memory);
    await again.conversation.essayAlong(memory.essay);
    await again.settled();
    again.expectTrue(2);
    const { subject, chosen, look, stage, selection, answer } = again.state;
    expect({ chosen, look, stage }).toEqual({ chosen: 2, look: page.state.look, stage: 'learning' });
    expect(subject!.essay).toEqual(page.state.subject!.essay);
    expect(selection.rate).toBe(0.05);
    expect(answer!.inspection.distribution).toEqual(page.state.answer!.inspection.distribution);
    expect(memoryOf(again.state)).toEqual(memory);
  });

  it('keeps less than 4 kB of however many lessons, and what it keeps is a beginning of the way', async () => {
    const page = new Page(new Thread());
    await page.teach({ type: 'begin', seed: 2 ** 31 });
    const rate = (i: number): number => 0.01 + i / 3e5;
    for (let i = 0; i < 60; i++) await page.conversation.essay({ type: 'step', steps: 1 + i, rate: rate(i) });
    const memory = memoryOf(page.state);
    expect(JSON.stringify(memory).length).toBeLessThan(4_000);
    expect(memory.essay!.lessons).toEqual(
      Array.from({ length: 40 }, (_, i) => ({ steps: 1 + i, rate: rate(i) })),
    );
    expect(readMemory(structuredClone(memory))).toEqual(memory);
  });
});
