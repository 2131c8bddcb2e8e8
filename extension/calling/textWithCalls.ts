import type { Call } from '../protocol/calling.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { callMessage, mostNamed } from './callForm.ts';
import { callPlace, shortestName, words } from './callPlace.ts';
import { definitions } from './definitions.ts';
import { WorkspaceNames, type Writer } from './workspaceNames.ts';

/** uniform in [0, 1) */
type Random = () => number;

export interface CallingText {
  readonly path: string;
  /** UTF-8 */
  readonly bytes: Uint8Array;
}

/**
 * So many versions of a text have messages: each place where a name comes from elsewhere has one in one of them, and in the others the name
 * follows as it is. So a model learns both, cannot know by heart which it will be, and says how likely such a place is by how likely the
 * message is.
 */
export const callVersions = 4;
/** How likely a message is where one may be. */
export const callShare = 1 / callVersions;

/** So much of a name may be typed when it is asked for. */
const mostTyped = 4;

/** Texts in tokens, with messages where a name can't be known from the text before it but is one that another of the texts defines. */
export class TextsWithCalls {
  readonly #tokenizer: Tokenizer;
  readonly #names = new WorkspaceNames();
  readonly #randomOf: (name: string) => Random;

  /** @param randomOf numbers of their own for each name, the same each time */
  constructor(tokenizer: Tokenizer, texts: readonly CallingText[], randomOf: (name: string) => Random) {
    this.#tokenizer = tokenizer;
    this.#randomOf = randomOf;
    for (const { path, bytes } of texts) this.#names.add(path, new TextDecoder().decode(bytes));
  }

  /** Without its messages it is what the tokenizer makes of the text. @param version 0 … callVersions − 1 */
  encode({ path, bytes }: CallingText, version: number): Uint16Array {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const ids: number[] = [];
    const append = (piece: Iterable<number>): void => {
      // As arguments of one call, a large text's would be too many.
      for (const id of piece) ids.push(id);
    };
    let done = 0;
    for (const { start, call, names, lead } of this.#places(path, text, version)) {
      append(this.#encode(text.slice(done, start)));
      append(callMessage(this.#tokenizer, call, names, lead));
      done = start;
    }
    // Most texts have no message and are what they are, whatever their bytes mean.
    if (done === 0) return this.#tokenizer.encode(bytes);
    append(this.#encode(text.slice(done)));
    return Uint16Array.from(ids);
  }

  *#places(path: string, text: string, version: number): Iterable<Placed> {
    // What is no text can't be cut by its characters.
    if (text.includes('\ufffd')) return;
    const own = new Set(definitions(text).map(({ name }) => name));
    const writer = this.#names.writer(path);
    const placing = this.#randomOf(path);
    const writing = this.#randomOf(`${path}/${version}`);
    for (const { 0: word, index } of text.matchAll(words)) {
      if (word.length >= shortestName && !writer.has(word) && !own.has(word)) {
        const placed =
          below(placing, callVersions) === version && this.#placed(text, word, index, writer, writing);
        if (placed) yield placed;
      }
      writer.write(word);
    }
  }

  #placed(text: string, word: string, index: number, writer: Writer, random: Random): Placed | null {
    const place = callPlace(text.slice(0, index));
    if (place === null || place.word !== '') return null;
    if (!writer.defines(place.call.tool, word)) return null;
    const typed = below(random, Math.min(mostTyped, word.length));
    const beginning = word.slice(0, typed);
    const call: Call = place.call.tool === 'names' ? { tool: 'names', argument: beginning } : place.call;
    const answer = writer.answer(call.tool, beginning);
    if (!answer.includes(word)) return null;
    const names = shown(answer, word, random);
    return { call, names, lead: place.lead, start: place.start };
  }

  #encode(text: string): Uint16Array {
    return this.#tokenizer.encode(new TextEncoder().encode(text));
  }
}

/** The name and some others, in any order. */
function shown(answer: readonly string[], word: string, random: Random): string[] {
  const others = answer.filter((name) => name !== word);
  const names: string[] = [];
  while (names.length < mostNamed - 1 && others.length > 0) {
    // Those that come first are the likelier ones, and harder to tell from it.
    const at = Math.floor(random() ** 2 * others.length);
    names.push(...others.splice(at, 1));
  }
  names.splice(below(random, names.length + 1), 0, word);
  return names;
}

function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}

interface Placed {
  readonly call: Call;
  readonly names: readonly string[];
  readonly lead: '' | ' ';
  /** where the message stands */
  readonly start: number;
}
