import { expect, test } from 'vitest';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { TrainingEvent } from '../../extension/protocol/training.ts';
import { curvesCsv } from '../../extension/webview/training/curvesCsv.ts';
import { trainingSentence } from '../../extension/webview/phrases/phrases.ts';
import { heldOut, progress, reading, yardsticks } from './trainingEvents.ts';

const training: TrainingEvent = { type: 'stage', stage: 'training', detail: '' };

function historyOf(...events: readonly TrainingEvent[]): TrainingHistory {
  const history = new TrainingHistory();
  for (const event of events) history.record(event);
  return history;
}

function sentenceAfter(...events: readonly TrainingEvent[]): string {
  return trainingSentence(historyOf(...events).tickAfter(null).tick);
}

function withRemaining(event: TrainingEvent, remainingSeconds: number): TrainingEvent {
  if (event.type !== 'progress') return event;
  return { ...event, progress: { ...event.progress, remainingSeconds } };
}

test('before any training there is nothing to say', () => {
  expect(sentenceAfter()).toBe('');
});

test('a running training says its step, both losses, the best one and the time left', () => {
  expect(
    sentenceAfter(
      reading,
      training,
      heldOut(800, 2.25, true),
      heldOut(1200, 2.31, false),
      withRemaining(progress(1240, 2.0514), 75),
    ),
  ).toBe(
    'Training. Step 1,240. Train loss 2.051 bits per byte. Held-out loss 2.310. Best 2.250 at step 800. About 1 min 15 s left.',
  );
});

test('a training that was stopped before its first model kept nothing new, and one that hung kept what it had saved', () => {
  const stopped: TrainingEvent = {
    type: 'failed',
    error: toPlainError(new NihiloError('trainingCancelled', say`Stopped.`)),
  };
  expect(sentenceAfter(reading, stopped)).toBe('Training stopped; nothing new was kept.');
  expect(sentenceAfter(reading, training, heldOut(10, 2, true), stopped)).toBe(
    'Training stopped; the last saved model is kept. Held-out loss 2.000. Best 2.000 at step 10.',
  );
});

test('a training whose held-out loss rises three times running is said to memorise, and only while it runs', () => {
  const rising = [reading, training, ...[2, 2.1, 2.2, 2.3].map((loss, i) => heldOut(i + 1, loss, i === 0))];
  expect(sentenceAfter(...rising)).toContain('memorised');
  expect(sentenceAfter(...rising, heldOut(5, 2.25, false))).not.toContain('memorised');
  expect(sentenceAfter(...rising.slice(0, -1))).not.toContain('memorised');
  const stopped: TrainingEvent = {
    type: 'failed',
    error: toPlainError(new NihiloError('workerFailed', say``)),
  };
  expect(sentenceAfter(...rising, stopped)).not.toContain('memorised');
});

test('the curves are saved with every point and all that was told of it, and what they are read against', () => {
  const { tick } = historyOf(reading, yardsticks, progress(1, 7.5), heldOut(1, 7.75, true)).tickAfter(null);
  expect(curvesCsv(tick)).toBe(
    [
      'curve,step,epoch,seconds,bits per byte,tokens,learning rate,gradient norm',
      'train,1,0.01,1,7.5,512,0.0003,1',
      'held-out,1,0.01,1,7.75,,,',
      'blind,,,,3.6,,,',
      'frequency,,,,3.1,,,',
      '',
    ].join('\r\n'),
  );
  expect(curvesCsv({ ...tick, yardsticks: null })).not.toContain('blind');
});

test('a training that has ended says how, and no time left', () => {
  const before = [reading, training, withRemaining(progress(10, 5), 75)];
  expect(
    sentenceAfter(...before, { type: 'failed', error: toPlainError(new NihiloError('workerFailed', say``)) }),
  ).toBe('Training failed. Step 10. Train loss 5.000 bits per byte.');
});
