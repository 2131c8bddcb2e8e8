import { describe, expect, it } from 'vitest';
import { InspectorClient } from '../../extension/inspection/client.ts';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import type { InspectingMessage, InspectingReply } from '../../extension/protocol/inspecting.ts';
import { modelSummary as model } from '../host/samples.ts';
import { ScriptedPlatform } from '../host/scriptedPlatform.ts';
import { inspectionOf } from '../webview/simulation.ts';

const way = { seed: 1, lessons: [] };
const never = new AbortController().signal;

function setUp() {
  const platform = new ScriptedPlatform<InspectingMessage, InspectingReply>();
  return { platform, client: new InspectorClient(platform) };
}

describe('InspectorClient', () => {
  it('reads a checkpoint once, and again when its files are others', async () => {
    const { platform, client } = setUp();
    const both = [client.load('/a', true), client.load('/a', true)];
    expect(platform.worker.received).toHaveLength(1);
    platform.worker.reply({ type: 'answered', id: platform.worker.received[0]!.id, answer: model });
    await expect(Promise.all(both)).resolves.toEqual([model, model]);
    void client.load('/a', true);
    expect(platform.worker.received).toHaveLength(1);
    client.forget();
    void client.load('/a', true);
    void client.load('/b', true);
    expect(platform.worker.received).toHaveLength(3);
  });

  it('tells the engine of a question that nobody waits for any more', async () => {
    const { platform, client } = setUp();
    const controller = new AbortController();
    const asked = client.ask({ run: 1, question: { kind: 'thumbnails' } }, controller.signal);
    const { id } = platform.worker.received[0]!;
    controller.abort(new Error('another stage'));
    await expect(asked).rejects.toThrow('another stage');
    expect(platform.worker.received.at(-1)).toEqual({ type: 'cancel', id });
    await expect(
      client.ask({ run: 1, question: { kind: 'thumbnails' } }, controller.signal),
    ).rejects.toThrow();
    expect(platform.worker.received).toHaveLength(2);
  });

  it('rejects with the engine’s own sentence, and starts it again when it was closed', async () => {
    const { platform, client } = setUp();
    const asked = client.inspect({ prefix: 'a', suffix: '', position: null, topK: 3 }, never);
    const error = toPlainError(new NihiloError('checkpointMissing', say`There is no model yet.`));
    platform.worker.reply({ type: 'failed', id: platform.worker.received[0]!.id, error });
    await expect(asked).rejects.toMatchObject({
      code: 'checkpointMissing',
      message: 'There is no model yet.',
    });
    const pending = client.inspectEssay({ page: 'tab', way, position: null, topK: 3 }, never);
    await client.close();
    await expect(pending).rejects.toMatchObject({ code: 'checkpointMissing' });
    void client.essay('tab', way);
    expect(platform.workers).toHaveLength(2);
    expect(platform.workers.map(({ role }) => role)).toEqual(['inspector', 'inspector']);
  });

  it('lets no two threads give their runs the same numbers', async () => {
    const { platform, client } = setUp();
    const asked = client.inspectEssay({ page: 'tab', way, position: null, topK: 3 }, never);
    const inspection = { ...inspectionOf(1, 1, null), run: 7 };
    platform.worker.reply({ type: 'answered', id: platform.worker.received[0]!.id, answer: inspection });
    await asked;
    platform.worker.die(new Error('it stopped'));
    void client.inspectEssay({ page: 'tab', way, position: null, topK: 3 }, never);
    expect(platform.workers.map(({ data }) => data)).toEqual([{ lastRun: 0 }, { lastRun: 7 }]);
  });

  it('asks for no more of a text that nobody wants marked any more', async () => {
    const { platform, client } = setUp();
    const controller = new AbortController();
    const parts = client.surprises('x'.repeat(60_000), 0, controller.signal);
    const first = parts.next();
    const { id } = platform.worker.received[0]!;
    expect(platform.worker.received[0]).toMatchObject({ type: 'surprises', from: 0, to: 1_000 });
    platform.worker.reply({ type: 'answered', id, answer: [] });
    await first;
    controller.abort(new Error('typed on'));
    await expect(parts.next()).rejects.toThrow('typed on');
    expect(platform.worker.received).toHaveLength(1);
  });
});
