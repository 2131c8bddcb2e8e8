import type { Platform, WorkerPort } from '../platform/platform.ts';
import { nextTurn } from '../platform/turn.ts';
import { toPlainError } from '../protocol/errors.ts';
import type {
  InspectingMessage,
  InspectingReply,
  InspectingRequest,
  InspectorData,
} from '../protocol/inspecting.ts';
import { Inspector } from './inspector.ts';

/** Answers requests one after the other; those that nobody waits for any more are not computed. */
export function serveInspections(
  platform: Platform,
  port: WorkerPort<InspectingMessage, InspectingReply>,
  data: InspectorData,
): void {
  const inspector = new Inspector(platform, data);
  let queue = Promise.resolve();
  /** of requests that somebody waits for and that have not been begun */
  const waiting = new Set<number>();
  const serve = async (request: InspectingRequest): Promise<void> => {
    // A message that cancels it may be waiting behind it.
    await nextTurn();
    if (!waiting.delete(request.id)) return;
    try {
      port.post(await answer(inspector, request));
    } catch (error) {
      port.post({ type: 'failed', id: request.id, error: toPlainError(error) });
    }
  };
  port.onMessage((message) => {
    if (message.type === 'cancel') waiting.delete(message.id);
    else {
      waiting.add(message.id);
      queue = queue.then(() => serve(message));
    }
  });
}

async function answer(inspector: Inspector, request: InspectingRequest): Promise<InspectingReply> {
  const { id } = request;
  switch (request.type) {
    case 'load':
      return { type: 'loaded', id, model: await inspector.load(request.checkpoint, request.reproducible) };
    case 'inspect': {
      const { prefix, suffix, position, topK } = request;
      return { type: 'inspected', id, inspection: inspector.inspect(prefix, suffix, position, topK) };
    }
    case 'essay':
      return { type: 'essay', id, state: await inspector.essay(request.page, request.way) };
    case 'inspectEssay': {
      const { page, way, position, topK } = request;
      const inspection = await inspector.inspectEssay(page, way, position, topK);
      return { type: 'inspected', id, inspection };
    }
    case 'surprises':
      return {
        type: 'surprises',
        id,
        surprises: inspector.surprises(request.text, request.from, request.to),
      };
    case 'read':
      inspector.read(request.text);
      return { type: 'reading', id };
    case 'ask':
      await inspector.prepare(request.question);
      return { type: 'answered', id, answer: inspector.ask(request.run, request.question) };
  }
}
