import { describe, expect, it } from 'vitest';
import { percentOf, statusOf } from '../../extension/host/status.ts';
import type { TrainingStatus } from '../../extension/host/trainingStatus.ts';
import type { IndexStatus } from '../../extension/host/workspaceIndex.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { ModelState } from '../../extension/protocol/inspector.ts';
import { modelSummary, trainingProgress } from './samples.ts';

const training: TrainingStatus = {
  stage: 'training',
  detail: '',
  paused: false,
  progress: trainingProgress,
  heldOut: null,
};
const none: IndexStatus = { predicting: null, tokenizer: null, stage: null, error: null };
const off = { kind: 'languageOff', language: 'python' } as const;
const ready = { state: 'ready', model: modelSummary, origin: 'trained' } as const;

describe('statusOf', () => {
  it('says a running training before everything else', () => {
    expect(statusOf({ state: ready, origin: 'trained', index: none, training, remote: null }, off)).toEqual({
      kind: 'training',
      stage: 'training',
      percent: 25,
      paused: false,
    });
  });

  it('says that suggestions are off here only where there would be some', () => {
    expect(
      statusOf({ state: ready, origin: 'trained', index: none, training: null, remote: null }, off),
    ).toEqual({
      kind: 'silent',
      reason: off,
    });
    expect(
      statusOf({ state: { state: 'missing' }, origin: null, index: none, training: null, remote: null }, off),
    ).toEqual({
      kind: 'missing',
    });
    // Nobody has switched anything off: what completes elsewhere is said here, too.
    for (const kind of ['noModel', 'insideWord', 'lineEnds'] as const) {
      const status = statusOf(
        { state: ready, origin: 'trained', index: none, training: null, remote: null },
        { kind },
      );
      expect(status.kind).toBe('ready');
    }
    expect(
      statusOf({ state: ready, origin: 'trained', index: none, training: null, remote: null }, null),
    ).toEqual({
      kind: 'ready',
      heldOutBitsPerByte: modelSummary.heldOutBitsPerByte,
    });
  });

  it('gives the sentence of a model that cannot be used', () => {
    const state = {
      state: 'failed',
      error: toPlainError(new NihiloError('checkpointTorn', say`Torn.`)),
    } as const;
    expect(statusOf({ state, origin: null, index: none, training: null, remote: null }, null)).toEqual({
      kind: 'failed',
      error: state.error,
    });
  });
});

describe('statusOf with an index', () => {
  const missing = { state: 'missing' } as const;

  it('says what is done until something completes, then what completes', () => {
    const of = (index: Partial<IndexStatus>, state: ModelState = missing) =>
      statusOf(
        {
          state,
          origin: state.state === 'ready' ? 'trained' : null,
          index: { ...none, ...index },
          training: null,
          remote: null,
        },
        null,
      );
    expect(of({ stage: 'counting' })).toEqual({ kind: 'indexing', stage: 'counting' });
    expect(of({ stage: 'reading' }, ready)).toMatchObject({ kind: 'ready' });
    expect(of({ predicting: 'counts' })).toEqual({
      kind: 'predicting',
      predicting: 'counts',
      stage: null,
      origin: null,
      remote: null,
      heldOutBitsPerByte: null,
    });
    expect(of({ predicting: 'counts + transformer', stage: 'weighing' }, ready)).toEqual({
      kind: 'predicting',
      predicting: 'counts + transformer',
      stage: 'weighing',
      origin: 'trained',
      remote: null,
      heldOutBitsPerByte: modelSummary.heldOutBitsPerByte,
    });
  });

  it('claims no score on this workspace for a model that has not learnt from it', () => {
    const index: IndexStatus = { ...none, predicting: 'counts + transformer' };
    for (const origin of ['base', 'imported'] as const) {
      const status = statusOf({ state: ready, origin, index, training: null, remote: null }, null);
      expect(status).toMatchObject({ kind: 'predicting', origin, heldOutBitsPerByte: null });
      // Nor where nothing is counted, as in a window without a folder.
      const alone = statusOf({ state: ready, origin, index: none, training: null, remote: null }, null);
      expect(alone).toEqual({ kind: 'ready', heldOutBitsPerByte: null });
    }
  });

  it('says how a server’s part went', () => {
    const index: IndexStatus = { ...none, predicting: 'counts + transformer' };
    const remote = { state: 'away', failure: { kind: 'otherTokens' } } as const;
    const status = statusOf({ state: ready, origin: 'base', index, training: null, remote }, null);
    expect(status).toMatchObject({ kind: 'predicting', remote });
  });

  it('says first that a training runs, then that suggestions are off here, then that a model cannot be used', () => {
    const index: IndexStatus = { ...none, predicting: 'counts' };
    expect(statusOf({ state: missing, origin: null, index, training, remote: null }, off).kind).toBe(
      'training',
    );
    expect(statusOf({ state: missing, origin: null, index, training: null, remote: null }, off).kind).toBe(
      'silent',
    );
    const failed = {
      state: 'failed',
      error: toPlainError(new NihiloError('checkpointTorn', say`Torn.`)),
    } as const;
    expect(statusOf({ state: failed, origin: null, index, training: null, remote: null }, null).kind).toBe(
      'failed',
    );
  });
});

describe('percentOf', () => {
  it('is elapsed ÷ (elapsed + remaining), rounded down', () => {
    const of = (elapsedSeconds: number, remainingSeconds: number): number | null =>
      percentOf({ ...training, progress: { ...trainingProgress, elapsedSeconds, remainingSeconds } });
    expect([of(0, 60), of(59.9, 0.1), of(60, 0), of(1, 2)]).toEqual([0, 99, 100, 33]);
  });

  it('is unknown before the training stage, without a time left, and without any time', () => {
    const progress = { ...trainingProgress, remainingSeconds: null };
    expect(percentOf({ ...training, stage: 'tokenizing' })).toBeNull();
    expect(percentOf({ ...training, progress: null })).toBeNull();
    expect(percentOf({ ...training, progress })).toBeNull();
    const none = { ...trainingProgress, elapsedSeconds: 0, remainingSeconds: 0 };
    expect(percentOf({ ...training, progress: none })).toBeNull();
  });
});
