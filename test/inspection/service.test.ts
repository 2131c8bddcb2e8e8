import { expect, it } from 'vitest';
import { serveInspections } from '../../extension/inspection/service.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { WorkerPort } from '../../extension/platform/platform.ts';
import type { InspectingMessage, InspectingReply } from '../../extension/protocol/inspecting.ts';

/** The engine's end of a port, and what it has said. */
function serve() {
  const replies: InspectingReply[] = [];
  let hear: (message: InspectingMessage) => void = () => {};
  const port: WorkerPort<InspectingMessage, InspectingReply> = {
    post: (reply) => void replies.push(reply),
    onMessage: (listener) => (hear = listener),
  };
  serveInspections(nodePlatform(), port, { lastRun: 0 });
  const answered = (count: number): Promise<void> => expect.poll(() => replies.length).toBe(count);
  return { tell: (message: InspectingMessage) => hear(message), replies, answered };
}

/** Refused, because there is no such run; but answered. */
const question = (id: number): InspectingMessage => ({
  id,
  type: 'ask',
  run: 1,
  question: { kind: 'thumbnails' },
});

it('does not compute what was called off while it waited', async () => {
  const { tell, replies, answered } = serve();
  tell(question(1));
  tell(question(2));
  tell(question(3));
  tell({ type: 'cancel', id: 2 });
  await answered(2);
  expect(replies.map(({ id }) => id)).toEqual([1, 3]);
});

it('keeps nothing of a cancellation that comes behind the answer', async () => {
  const { tell, replies, answered } = serve();
  tell(question(1));
  await answered(1);
  tell({ type: 'cancel', id: 1 });
  tell(question(1));
  await answered(2);
  expect(replies.map(({ type }) => type)).toEqual(['failed', 'failed']);
});
