import type { AlongQuery, PartsQuery } from '../completion/client.ts';
import type { InspectorClient } from '../inspection/client.ts';
import {
  answerOf,
  type Ask,
  branchTokenByToken,
  linesPartByPart,
  toEndOfWord,
  tokenNamed,
  whyLineByLine,
} from '../inspection/growingAnswers.ts';
import type { NumberedMessage } from '../protocol/calling.ts';
import type { DoubtLimits, Precedent, PrecedentRecord } from '../protocol/precedent.ts';
import type { EarlierMatch, Inspection, OpenDocument } from '../protocol/prediction.ts';
import type { Parts, PartsAlong } from '../protocol/parts.ts';
import type { StageAnswer, StageAnswers, StageKind, StageQuestion } from '../protocol/stages.ts';
import { byteCount } from '../protocol/tokenBytes.ts';
import type { WorkspaceText } from '../protocol/workspaceText.ts';
import { behindToken, type InspectedText } from './inspectedText.ts';

/** What is asked of the model; each rejects when `signal` is aborted. */
export interface InspectionEngine extends Pick<
  InspectorClient,
  'inspect' | 'inspectEssay' | 'ask' | 'read' | 'essay'
> {
  find(prefix: string, open: OpenDocument): Promise<EarlierMatch | null>;
  /** what the workspace has of a text that may come; null: nobody has counted it */
  precedent(prefix: string, open: OpenDocument, coming: string): Promise<Precedent | null>;
  /** from where on a token is a guess, and what has become of suggestions */
  doubt(): { readonly limits: DoubtLimits; readonly record: PrecedentRecord };
  parts(query: PartsQuery, signal: AbortSignal): Promise<Parts | null>;
  along(query: AlongQuery, signal: AbortSignal): Promise<PartsAlong | null>;
  /** text of the workspace in the model's tokens; null: nobody has it */
  passages(): Promise<WorkspaceText | null>;
  /** how often each token stands in the workspace, likewise */
  frequencies(): Promise<Uint32Array | null>;
  /** what completions have asked the editor for, the last first */
  messages(): readonly NumberedMessage[];
}

/** A run and its text; null: the essay's, which stands in no workspace. */
export interface Inspected {
  readonly text: InspectedText | null;
  readonly inspection: Inspection;
}

interface Asking extends Inspected {
  readonly engine: InspectionEngine;
  /** of the run alone */
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

type Question<Kind extends StageKind> = Extract<StageQuestion, { kind: Kind }>;
type Answer<Kind extends StageKind> = Promise<StageAnswers[Kind]> | AsyncIterable<StageAnswers[Kind]>;

/** What others than the engine know, or what grows; the engine answers the rest by itself. */
const composed = {
  parts,
  // What stood before a message is for the engine.
  messages: async ({ engine }) => engine.messages().map((message) => ({ ...message, before: [] })),
  call: async ({ engine, ask }, question) => {
    const asked = engine.messages().find(({ number }) => number === question.message);
    return asked === undefined ? null : answerOf('call', await ask({ ...question, asked }));
  },
  along,
  doubt,
  seen,
  merges: async (asking, question) =>
    answerOf('merges', await asking.ask({ ...question, counts: await frequencies(asking) })),
  vocabulary: async (asking, question) =>
    answerOf('vocabulary', await asking.ask({ ...question, counts: await frequencies(asking) })),
  firingLines,
  why: ({ ask }, question) => whyLineByLine(ask, question),
  branch: ({ ask }, question) => branchTokenByToken(ask, question),
} satisfies {
  readonly [Kind in StageKind]?: (asking: Asking, question: Question<Kind>) => Answer<Kind>;
};
type ComposedKind = keyof typeof composed;

/** What nothing else waits for: others than the engine are asked, it grows, or it is as large as a message may be. */
export const toldApart: ReadonlySet<StageKind> = new Set([
  ...(Object.keys(composed) as ComposedKind[]),
  'thumbnails',
  'operations',
] as const);

/** The answer to a question of a run; of one that grows again and again, each time as a whole. */
export async function* answersTo(
  question: StageQuestion,
  inspected: Inspected,
  engine: InspectionEngine,
  signal: AbortSignal,
): AsyncGenerator<StageAnswer> {
  const ask: Ask = (question) => engine.ask({ run: inspected.inspection.run, question }, signal);
  if (!isComposed(question)) {
    yield await ask(question);
    return;
  }
  const { kind } = question;
  // One kind at a time: the compiler does not follow a union through a table.
  const compose = composed[kind] as (asking: Asking, question: StageQuestion) => Answer<ComposedKind>;
  const told = compose({ ...inspected, engine, ask, signal }, question);
  if (Symbol.asyncIterator in told) for await (const answer of told) yield { kind, answer } as StageAnswer;
  else yield { kind, answer: await told } as StageAnswer;
}

function isComposed(question: StageQuestion): question is Question<ComposedKind> {
  return Object.hasOwn(composed, question.kind);
}

async function frequencies({ text, engine }: Asking): Promise<Uint32Array | null> {
  return text === null ? null : engine.frequencies();
}

async function* firingLines(
  { text, engine, ask, signal }: Asking,
  question: Question<'firingLines'>,
): AsyncGenerator<StageAnswers['firingLines']> {
  const read = text === null ? null : await engine.passages();
  if (read === null) yield null;
  else {
    await engine.read(read, signal);
    yield* linesPartByPart(ask, question);
  }
}

/** Where the text up to the place stands, too. */
async function seen(
  { text, inspection, engine }: Asking,
  { position }: Question<'seen'>,
): Promise<EarlierMatch | null> {
  if (text === null) return null;
  const { prefix, open } = behindToken(text, inspection, position);
  return engine.find(prefix, open);
}

/** Whether the workspace has what may come: the token, to the end of the word that it begins or goes on with. */
async function doubt(
  { text, inspection, engine, ask }: Asking,
  { position, token }: Question<'doubt'>,
): Promise<StageAnswers['doubt']> {
  const { top, actual } = inspection.distribution;
  if (text === null) return null;
  const listed = token === null ? top[0] : [...top, actual].find((other) => other?.id === token);
  // A suggestion may begin with one that the model itself ranks below those listed.
  const chosen = listed ?? (token === null ? null : await tokenNamed(token, position, ask));
  if (chosen === null || byteCount(chosen.bytes) === 0) return null;
  const coming = await toEndOfWord(chosen, position, ask);
  const { prefix, open } = behindToken(text, inspection, position);
  const precedent = await engine.precedent(prefix, open, coming);
  return precedent === null ? null : { precedent, ...engine.doubt() };
}

/** How many tokens' parts of the mixture are shown. */
const partsShown = 5;

/** What the mixture makes of the likeliest tokens. */
async function parts({ text, inspection, engine, signal }: Asking): Promise<Parts | null> {
  if (text === null) return null;
  const { position, tokens, distribution } = inspection;
  const { start, bytes } = tokens[position]!;
  const { top, actual } = distribution;
  const wanted = [...top.slice(0, partsShown).map(({ id }) => id), ...(actual === null ? [] : [actual.id])];
  const open = { name: text.name, suffix: text.suffix };
  const at = start + byteCount(bytes);
  return engine.parts({ prefix: text.prefix, open, at, tokens: [...new Set(wanted)] }, signal);
}

/** What the mixture makes of a suggestion where it was made: what has been taken of it had not been counted. */
async function along(
  { text, engine, signal }: Asking,
  { taken, tokens }: Question<'along'>,
): Promise<PartsAlong | null> {
  if (text === null) return null;
  const bytes = new TextEncoder().encode(text.prefix);
  const prefix = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    bytes.subarray(0, Math.max(0, bytes.length - taken)),
  );
  return engine.along({ prefix, open: { name: text.name, suffix: text.suffix }, tokens }, signal);
}
