import type { Platform, WorkerPort } from '../platform/platform.ts';
import { nextTurn } from '../platform/turn.ts';
import { toPlainError } from '../protocol/errors.ts';
import type {
  InspectingAnswers,
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
      port.post({ type: 'answered', id: request.id, answer: await answer(inspector, request) });
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

type Type = InspectingRequest['type'];
type Of<One extends Type> = Extract<InspectingRequest, { type: One }>;

const answers: {
  readonly [One in Type]: (
    inspector: Inspector,
    request: Of<One>,
  ) => InspectingAnswers[One] | Promise<InspectingAnswers[One]>;
} = {
  load: (inspector, { checkpoint, reproducible }) => inspector.load(checkpoint, reproducible),
  inspect: (inspector, { prefix, suffix, position, topK }) =>
    inspector.inspect(prefix, suffix, position, topK),
  essay: (inspector, { page, way }) => inspector.essay(page, way),
  inspectEssay: (inspector, { page, way, position, topK }) =>
    inspector.inspectEssay(page, way, position, topK),
  surprises: (inspector, { text, from, to }) => inspector.surprises(text, from, to),
  read: (inspector, { text }) => {
    inspector.read(text);
    return null;
  },
  ask: async (inspector, { run, question }) => {
    await inspector.prepare(question);
    return inspector.ask(run, question);
  },
};

async function answer(inspector: Inspector, request: InspectingRequest): Promise<InspectingAnswers[Type]> {
  // One type at a time: the compiler does not follow a union through a table.
  const answering = answers[request.type] as (
    inspector: Inspector,
    request: InspectingRequest,
  ) => InspectingAnswers[Type] | Promise<InspectingAnswers[Type]>;
  return answering(inspector, request);
}
