import { describe, expect, it } from 'vitest';
import { requestReportCard } from '../../extension/evaluation/reportClient.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { ReportCard, ReportEvent, ReportRequest } from '../../extension/protocol/reportCard.ts';
import { ScriptedPlatform } from '../host/scriptedPlatform.ts';

const request: ReportRequest = {
  corpus: { folders: ['/code'], exclude: [] },
  checkpoint: '/storage/model',
  reproducible: false,
  seconds: 20,
};
const card: ReportCard = { rows: [], files: 1, bytes: 2, lines: 3, wordsOf: 'document', seconds: 4 };

function setUp() {
  const platform = new ScriptedPlatform<ReportRequest, ReportEvent>();
  const shares: number[] = [];
  const ending = new AbortController();
  const answer = requestReportCard(platform, request, (share) => shares.push(share), ending.signal);
  return { platform, shares, ending, answer, worker: platform.worker };
}

describe('requestReportCard', () => {
  it('asks a worker of its own, tells how far it is, and ends it', async () => {
    const { worker, shares, answer } = setUp();
    expect([worker.role, worker.received]).toEqual(['reporter', [request]]);
    worker.reply({ type: 'progress', share: 0.5 });
    worker.reply({ type: 'done', card });
    expect(await answer).toEqual(card);
    expect(shares).toEqual([0.5]);
    expect(worker.terminated).toBe(true);
  });

  it('rejects with what the worker says, and when the worker dies', async () => {
    const failed = setUp();
    failed.worker.reply({
      type: 'failed',
      error: toPlainError(new NihiloError('corpusTooSmall', say`Too small.`)),
    });
    await expect(failed.answer).rejects.toMatchObject({ code: 'corpusTooSmall', message: 'Too small.' });
    const dead = setUp();
    dead.worker.die(new Error('out of memory'));
    await expect(dead.answer).rejects.toMatchObject({ code: 'workerFailed' });
    for (const { worker } of [failed, dead]) expect(worker.terminated).toBe(true);
  });

  it('ends the worker at once when nobody wants the answer any more', async () => {
    const { worker, ending, answer } = setUp();
    ending.abort();
    await expect(answer).rejects.toBe(ending.signal.reason);
    expect(worker.terminated).toBe(true);
  });
});
