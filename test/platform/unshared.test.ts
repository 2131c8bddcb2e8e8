import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { servePredictions } from '../../extension/completion/predictionService.ts';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { indexBuffers, type WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import type { Completion, PredictorMessage, PredictorReply } from '../../extension/protocol/prediction.ts';
import type { TrainingEvent, TrainingRequest } from '../../extension/protocol/training.ts';
import { serveTraining } from '../../extension/training/service.ts';
import { compiled } from '../engine/compiled.ts';
import { completionOptions as options } from '../host/samples.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';

/** As a browser says it of a page that is not isolated: no message takes shared memory to another thread. */
function withoutSharing(): void {
  vi.stubGlobal('crossOriginIsolated', false);
}

let code: ReturnType<typeof folderOfCode>;
let text: string;

beforeAll(() => {
  code = folderOfCode('tokenizer', 'protocol');
  text = readFileSync(path.join(code.folder, 'tokenizer', 'healing.ts'), 'utf8');
});
afterEach(() => void vi.unstubAllGlobals());
afterAll(() => code.remove());

async function builtIndex(): Promise<WorkspaceIndex> {
  return (await builtIndexes(code.folder, null))[0]!;
}

function completions(index: WorkspaceIndex): Omit<Completion, 'milliseconds'>[] {
  const served = new ServedIndex(compiled('baseline').module, index);
  return Array.from({ length: 20 }, (_, i) => {
    const end = Math.floor((text.length * (i + 1)) / 21);
    const open = { name: 'tokenizer/healing.ts', suffix: text.slice(end) };
    const slow = { ...options, minTokenProbability: 0, maxMilliseconds: 60_000 };
    const { milliseconds: _time, ...completion } = served.complete(
      text.slice(0, end),
      open,
      slow,
      () => false,
    );
    return completion;
  });
}

describe('where no memory is shared', () => {
  it('an index is handed over without a byte of shared memory, and completes with the same bits', async () => {
    const shared = await builtIndex();
    expect(indexBuffers(shared)).toEqual([]);
    const expected = completions(shared);
    withoutSharing();
    const index = await builtIndex();
    const buffers = indexBuffers(index);
    expect(buffers).toHaveLength(4);
    const received = structuredClone(index, { transfer: buffers });
    expect(index.tokens.length).toBe(0);
    expect(completions(received)).toEqual(expected);
    expect(expected.some((completion) => completion.text !== '')).toBe(true);
  });

  it('a training asks for no thread, and gives the same bits as with three', async () => {
    const shared = await trained('shared', 3);
    withoutSharing();
    const alone = await trained('alone', 3);
    expect(shared.report.threads).toBe(3);
    expect(alone.report.threads).toBe(1);
    const files = ['model.safetensors', 'optimizer.safetensors', 'tokenizer.json', 'config.json'];
    for (const name of files) expect(alone.read(name).equals(shared.read(name)), name).toBe(true);
  });

  it('a completion that is cancelled by a message behind it is not computed', async () => {
    withoutSharing();
    const { ask, replies } = servedPredictor();
    ask({ type: 'index', id: 1, index: await builtIndex() });
    await vi.waitFor(() => expect(replies).toHaveLength(1), 30_000);
    const place = { prefix: text.slice(0, 900), open: { name: 'a.ts', suffix: '' } };
    const long = { ...options, minTokenProbability: 0, maxMilliseconds: 60_000 };
    ask({ type: 'complete', id: 2, ...place, options: long });
    ask({ type: 'complete', id: 3, ...place, options: long });
    ask({ type: 'cancel', upTo: 2 });
    await vi.waitFor(() => expect(replies).toHaveLength(3), 30_000);
    const stops = replies.slice(1).map((reply) => (reply.type === 'completed' ? reply.completion : null));
    expect(stops[0]).toMatchObject({ stop: 'cut', text: '' });
    expect(stops[1]?.stop).not.toBe('cut');
    expect(stops[1]?.text).not.toBe('');
  });
});

async function trained(name: string, threads: number) {
  const checkpoint = path.join(code.folder, name);
  const request: TrainingRequest = {
    corpus: { folders: [path.join(code.folder, 'tokenizer')], exclude: [] },
    checkpoint,
    base: undefined,
    stop: { steps: 3 },
    resume: false,
    threads,
    memoryLimitMb: 200,
    preset: 'pencil',
    seed: 1,
    reproducible: true,
  };
  const end = await new Promise<TrainingEvent>((resolve) => {
    serveTraining(nodePlatform(), {
      post: (event) => {
        if (event.type === 'done' || event.type === 'failed') resolve(event);
      },
      onMessage: (listener) => listener({ type: 'start', request }),
    });
  });
  if (end.type !== 'done') throw new Error(JSON.stringify(end));
  return { report: end.report, read: (file: string) => readFileSync(path.join(checkpoint, file)) };
}

/** The service of the predictor's thread, with messages that arrive as messages do: each in a turn of its own. */
function servedPredictor() {
  const replies: PredictorReply[] = [];
  const { port1, port2 } = new MessageChannel();
  servePredictions(
    nodePlatform(),
    {
      post: (reply) => void replies.push(reply),
      onMessage: (listener) => {
        port2.addEventListener('message', ({ data }: MessageEvent<PredictorMessage>) => listener(data));
        port2.start();
      },
    },
    { cancelled: null },
  );
  return { replies, ask: (message: PredictorMessage) => port1.postMessage(message) };
}
