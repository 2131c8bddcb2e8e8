import type {
  BranchToken,
  RunQuestion,
  StageAnswer,
  StageAnswers,
  StageQuestion,
} from '../protocol/stages.ts';
import { byteCount, type NamedToken } from '../protocol/tokenBytes.ts';
import { isWordByte } from '../tokenizer/healing.ts';

/** Asks the engine; rejects when nobody waits any more. */
export type Ask = (question: RunQuestion) => Promise<StageAnswer>;

/** Tokens of a continuation, unless more are supposed; tokens of a word. */
const [mostTokens, mostTokensOfWord] = [16, 8];

// What an answer grows by is a question of its own, so that whatever else is asked, or that nobody waits any more, is heard in between.

/** Why a token, again and again: at once what one run says, then one more line that was tried without. */
export async function* whyLineByLine(
  ask: Ask,
  question: Extract<StageQuestion, { kind: 'why' }>,
): AsyncGenerator<StageAnswers['why']> {
  let why = answerOf('why', await ask(question));
  yield why;
  const { position } = question;
  for (const { from, to } of why.lines) {
    const token = why.token.id;
    const probability = answerOf('without', await ask({ kind: 'without', position, token, from, to }));
    const lines = why.lines.map((line) => (line.from === from ? { ...line, probability } : line));
    why = { ...why, lines };
    yield why;
  }
}

/** A continuation, again and again with one more token: first those that are supposed, then always the likeliest, to the end of the line. */
export async function* branchTokenByToken(
  ask: Ask,
  { position, tokens: supposed }: Extract<StageQuestion, { kind: 'branch' }>,
): AsyncGenerator<StageAnswers['branch']> {
  const tokens: BranchToken[] = [];
  let done = false;
  while (!done) {
    const before = tokens.map(({ id }) => id);
    const token = supposed[tokens.length] ?? null;
    const next = answerOf('next', await ask({ kind: 'next', position, tokens: before, token }));
    tokens.push(next);
    // What stands for the end of a text has no bytes.
    const isAtEnd = next.bytes.includes('\n') || byteCount(next.bytes) === 0 || tokens.length >= mostTokens;
    done = isAtEnd && tokens.length >= supposed.length;
    yield { tokens: [...tokens], done };
  }
}

/** Where in the workspace a neuron fires most, again and again, each time of more text. */
export async function* linesPartByPart(
  ask: Ask,
  question: Extract<StageQuestion, { kind: 'firingLines' }>,
): AsyncGenerator<StageAnswers['firingLines']> {
  for (;;) {
    const lines = answerOf('firingLines', await ask(question));
    yield lines;
    if (lines === null || lines.read === lines.toRead) return;
  }
}

/** A token that may come, with what it says. */
export async function tokenNamed(token: number, position: number, ask: Ask): Promise<NamedToken> {
  return answerOf('next', await ask({ kind: 'next', position, tokens: [], token }));
}

/** What may come, from one token on to the end of the word that it is in: always the likeliest token. What of a character is cut is left out. */
export async function toEndOfWord({ id, bytes }: NamedToken, position: number, ask: Ask): Promise<string> {
  const tokens = [id];
  let text = bytes;
  while (isWordByte(text.charCodeAt(text.length - 1)) && tokens.length < mostTokensOfWord) {
    const next = answerOf('next', await ask({ kind: 'next', position, tokens: [...tokens], token: null }));
    if (byteCount(next.bytes) === 0 || !isWordByte(next.bytes.charCodeAt(0))) break;
    tokens.push(next.id);
    text += next.bytes;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    Uint8Array.from(text, (byte) => byte.charCodeAt(0)),
    { stream: true },
  );
}

export function answerOf<Kind extends RunQuestion['kind']>(
  kind: Kind,
  answer: StageAnswer,
): StageAnswers[Kind] {
  if (answer.kind !== kind)
    throw new Error(`The engine answered a question of kind ${kind} with ${answer.kind}.`);
  return answer.answer as StageAnswers[Kind];
}
