import type { Call } from '../protocol/calling.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { callMessage, mostNamed } from './callForm.ts';
import { callPlace } from './callPlace.ts';
import { definitions } from './definitions.ts';
import { WorkspaceNames, type Writer } from './workspaceNames.ts';

export interface CallingText {
  readonly path: string;
  /** UTF-8 */
  readonly bytes: Uint8Array;
}

/**
 * Of the places where a name comes from elsewhere, so many have a message before them. Elsewhere the name follows without one: so a model
 * learns both, and says how likely such a place is by how likely the message is.
 */
export const callShare = 1 / 4;

/** Shorter names are told by the text, or by chance. */
const shortestName = 3;
/** So much of a name may be typed when it is asked for. */
const mostTyped = 4;
const words = /(?<![\p{N}$#@])[\p{L}_][\p{L}\p{M}\p{N}_]*/gu;

/** Texts in tokens, with messages where a name can't be known from the text before it but is one that another of the texts defines. */
export class TextsWithCalls {
  readonly #tokenizer: Tokenizer;
  readonly #names = new WorkspaceNames();
  readonly #random: () => number;
  /** of all texts so far */
  messageTokens = 0;

  /** @param random uniform in [0, 1) */
  constructor(tokenizer: Tokenizer, texts: readonly CallingText[], random: () => number) {
    this.#tokenizer = tokenizer;
    this.#random = random;
    for (const { path, bytes } of texts) this.#names.add(path, new TextDecoder().decode(bytes));
  }

  /** Without its messages it is what the tokenizer makes of the text. */
  encode({ path, bytes }: CallingText): Uint16Array {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const ids: number[] = [];
    let done = 0;
    for (const { start, call, names, lead } of this.#places(path, text)) {
      const message = callMessage(this.#tokenizer, call, names, lead);
      this.messageTokens += message.length;
      ids.push(...this.#encode(text.slice(done, start)), ...message);
      done = start;
    }
    // Most texts have no message and are what they are, whatever their bytes mean.
    if (done === 0) return this.#tokenizer.encode(bytes);
    ids.push(...this.#encode(text.slice(done)));
    return Uint16Array.from(ids);
  }

  *#places(path: string, text: string): Iterable<Placed> {
    // What is no text can't be cut by its characters.
    if (text.includes('\ufffd')) return;
    const own = new Set(definitions(text).map(({ name }) => name));
    const writer = this.#names.writer(path);
    for (const { 0: word, index } of text.matchAll(words)) {
      if (word.length >= shortestName && !writer.has(word) && !own.has(word)) {
        const placed = this.#placed(text, word, index, writer);
        if (placed !== null && this.#random() < callShare) yield placed;
      }
      writer.write(word);
    }
  }

  #placed(text: string, word: string, index: number, writer: Writer): Placed | null {
    const place = callPlace(text.slice(Math.max(0, index - callReach), index));
    if (place === null || place.word !== '') return null;
    if (!writer.defines(place.call.tool, word)) return null;
    const typed = Math.floor(this.#random() * Math.min(mostTyped, word.length));
    const beginning = word.slice(0, typed);
    const call: Call = place.call.tool === 'names' ? { tool: 'names', argument: beginning } : place.call;
    const answer = writer.answer(call.tool, beginning);
    if (!answer.includes(word)) return null;
    const names = this.#shown(answer, word);
    return { call, names, lead: place.lead, start: index - place.lead.length };
  }

  /** The name and some others, in any order. */
  #shown(answer: readonly string[], word: string): string[] {
    const others = answer.filter((name) => name !== word);
    const shown: string[] = [];
    while (shown.length < mostNamed - 1 && others.length > 0) {
      // Those that come first are the likelier ones, and harder to tell from it.
      const at = Math.floor(this.#random() ** 2 * others.length);
      shown.push(...others.splice(at, 1));
    }
    shown.splice(Math.floor(this.#random() * (shown.length + 1)), 0, word);
    return shown;
  }

  #encode(text: string): Uint16Array {
    return this.#tokenizer.encode(new TextEncoder().encode(text));
  }
}

interface Placed {
  readonly call: Call;
  readonly names: readonly string[];
  readonly lead: '' | ' ';
  /** where the message stands */
  readonly start: number;
}

const callReach = 256;
