import type { ToolName } from '../protocol/calling.ts';
import { type Definition, definitions } from './definitions.ts';

interface NamedText {
  readonly path: string;
  readonly definitions: readonly Definition[];
}

/** Names of an answer. */
const mostNames = 512;
/** Texts whose members an answer has: those that the text has used most of. Any name of the workspace can be used, if need be by an import. */
const mostTexts = 8;
/** How much it tells that a text calls another by its name, beside that it uses a name of the other's. */
const mentionWorth = 2;

/**
 * What a language server would answer, from the texts alone: names that the texts define which a text builds on. It is there where no
 * editor is: for messages in training text, and for evaluations.
 */
export class WorkspaceNames {
  readonly #texts: NamedText[] = [];
  /** by name: the texts that define it */
  readonly #defining = new Map<string, number[]>();
  /** by what other texts call it: the end of its path, without its extension */
  readonly #called = new Map<string, number[]>();

  add(path: string, text: string): void {
    const index = this.#texts.length;
    const found = definitions(text);
    this.#texts.push({ path, definitions: found });
    for (const { name } of found) append(this.#defining, name, index);
    append(this.#called, stemOf(path), index);
  }

  /** Whoever writes the text of this path, from its beginning. */
  writer(path: string): Writer {
    return new Writer(this.#texts, this.#defining, this.#called, path);
  }
}

/** Follows a text that is being written, and answers at its end. */
export class Writer {
  readonly #texts: readonly NamedText[];
  readonly #defining: ReadonlyMap<string, readonly number[]>;
  readonly #called: ReadonlyMap<string, readonly number[]>;
  readonly #path: string;
  readonly #used = new Set<string>();
  /** by text: how much of it has been used */
  readonly #worth = new Map<number, number>();

  constructor(
    texts: readonly NamedText[],
    defining: ReadonlyMap<string, readonly number[]>,
    called: ReadonlyMap<string, readonly number[]>,
    path: string,
  ) {
    this.#texts = texts;
    this.#defining = defining;
    this.#called = called;
    this.#path = path;
  }

  /** @returns whether the text has this word already */
  has(word: string): boolean {
    return this.#used.has(word);
  }

  /** @returns whether another text defines it as something that the tool tells of */
  defines(tool: ToolName, word: string): boolean {
    const isMember = tool === 'members';
    return (this.#defining.get(word) ?? []).some((index) => {
      const { path, definitions: found } = this.#texts[index]!;
      return path !== this.#path && found.some((one) => one.name === word && one.isMember === isMember);
    });
  }

  /** The text goes on with this word. */
  write(word: string): void {
    if (this.#used.has(word)) return;
    this.#used.add(word);
    const defining = this.#defining.get(word) ?? [];
    for (const index of defining) this.#raise(index, 1 / defining.length);
    const called = this.#called.get(word) ?? [];
    for (const index of called) this.#raise(index, mentionWorth / called.length);
  }

  /** Names that can come next and begin so, the likelier texts' first. */
  answer(tool: ToolName, beginning: string): string[] {
    const names = new Set<string>();
    for (const index of this.#inReach(tool)) {
      for (const { name, isMember } of this.#texts[index]!.definitions) {
        if (isMember === (tool === 'members') && name.startsWith(beginning)) names.add(name);
        if (names.size === mostNames) return [...names];
      }
    }
    return [...names];
  }

  /** Those that the text builds on first. */
  #inReach(tool: ToolName): number[] {
    const ranked = [...this.#worth].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([index]) => index);
    if (tool === 'members') return ranked.slice(0, mostTexts);
    const known = new Set(ranked);
    const others = Array.from(this.#texts, (_, index) => index).filter(
      (index) => !known.has(index) && this.#texts[index]!.path !== this.#path,
    );
    return [...ranked, ...others];
  }

  #raise(index: number, by: number): void {
    if (this.#texts[index]!.path === this.#path) return;
    this.#worth.set(index, (this.#worth.get(index) ?? 0) + by);
  }
}

function append(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [index]);
  else list.push(index);
}

function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.indexOf('.', 1);
  return dot < 0 ? name : name.slice(0, dot);
}
