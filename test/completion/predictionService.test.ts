import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePredictions } from '../../extension/completion/predictionService.ts';
import { Indexer } from '../../extension/indexing/indexer.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { nextTurn } from '../../extension/platform/turn.ts';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import type { PredictorMessage, PredictorReply } from '../../extension/protocol/prediction.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';

const options = { leastProbability: 0.3, maxTokens: 24, maxMilliseconds: 60_000 };
const open = { name: 'new.ts', suffix: '\n' };
const prefix = "import type { Tokenizer } from './bytePai";

let code: ReturnType<typeof folderOfCode>;
let index: WorkspaceIndex;

beforeAll(async () => {
  code = folderOfCode('tokenizer', 'protocol');
  const indexer = new Indexer(nodePlatform(), (event) => {
    if (event.type === 'index') index = event.index;
  });
  await indexer.build({
    corpus: { folders: [code.folder], exclude: [] },
    checkpoint: path.join(code.folder, 'none'),
    reproducible: true,
    trustFolder: null,
    relearn: false,
    edition: 1,
  });
});
afterAll(() => code.remove());

/** The service, without a thread of its own: its answers in their order. */
function service() {
  const answers: PredictorReply[] = [];
  let listener: (message: PredictorMessage) => void = () => {};
  const port = {
    post: (reply: PredictorReply) => void answers.push(reply),
    onMessage: (given: typeof listener) => void (listener = given),
  };
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  servePredictions(nodePlatform(), port, { cancelled });
  const settled = (count: number) => expect.poll(() => answers.length, { timeout: 60_000 }).toBe(count);
  return { answers, cancelled, send: (message: PredictorMessage) => listener(message), settled };
}

describe('the predictor of a window', () => {
  it('answers who types in the middle of what takes long, and only then the rest in its order', async () => {
    const { answers, send, settled } = service();
    send({ type: 'index', id: 1, index });
    await settled(1);
    const tokenizer = tokenizerFromJson(index.tokenizerJson);
    const ids = Uint16Array.from([
      ...tokenizer.encode(new TextEncoder().encode('heron.wade(pond);\n'.repeat(900))),
      tokenizer.endOfText,
    ]);
    const changes = Array.from({ length: 20 }, (_, i) => ({ path: `heron${i}.ts`, ids }));
    send({ type: 'learn', id: 2, edition: 1, changes });
    send({ type: 'open', id: 3, prefix: 'a', open: { name: 'other.ts', suffix: '' } });
    send({ type: 'try', id: 4, seed: 1 });
    send({ type: 'complete', id: 5, prefix, open, options });
    await settled(5);
    expect(answers.map(({ id }) => id)).toEqual([1, 5, 2, 3, 4]);
    expect(answers[1]).toMatchObject({ completion: { text: "rTokenizer.ts';" } });
  });

  it('has who asks before there is anything that answers wait for it', async () => {
    const { answers, send, settled } = service();
    send({ type: 'index', id: 1, index });
    send({ type: 'complete', id: 2, prefix, open, options });
    await settled(2);
    expect(answers.map(({ type }) => type)).toEqual(['indexed', 'completed']);
  });

  it('ends trials as soon as somebody asks, and gives what they have found by then', async () => {
    const { answers, send, settled } = service();
    send({ type: 'index', id: 1, index });
    await settled(1);
    send({ type: 'try', id: 2, seed: 1 });
    await settled(2);
    send({ type: 'try', id: 3, seed: 1 });
    await nextTurn();
    send({ type: 'complete', id: 4, prefix, open, options });
    await settled(4);
    const [whole, ended] = answers.filter((answer) => answer.type === 'tried');
    expect(answers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(ended!.trials.length).toBeLessThan(whole!.trials.length);
  });
});
