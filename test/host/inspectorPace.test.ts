import { expect, test } from 'vitest';
import { followDelayMs, tickDelayMs } from '../../extension/host/inspectorPace.ts';
import { TrainingHistory } from '../../extension/host/trainingHistory.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import { reading } from '../webview/trainingEvents.ts';

test('while a training computes, the Inspector follows a cursor that somebody has left alone, not each word', () => {
  const history = new TrainingHistory();
  const betweenWordsMs = 500;
  expect(followDelayMs(history.isRunning)).toBeLessThan(betweenWordsMs);
  history.record(reading);
  expect(followDelayMs(history.isRunning)).toBeGreaterThan(betweenWordsMs);
  const error = toPlainError(new NihiloError('trainingCancelled', say`It was ended.`));
  history.record({ type: 'failed', error });
  expect(followDelayMs(history.isRunning)).toBeLessThan(betweenWordsMs);
});

test('a training ticks at most four times a second, and more seldom while somebody writes', () => {
  expect(tickDelayMs(false)).toBeGreaterThanOrEqual(250);
  expect(tickDelayMs(true)).toBeGreaterThan(tickDelayMs(false));
});
