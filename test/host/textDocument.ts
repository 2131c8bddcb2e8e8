/** What stands in for a `vscode.Position`. */
export class Position {
  readonly line: number;
  readonly character: number;

  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }

  with({ character }: { readonly character: number }): Position {
    return new Position(this.line, character);
  }

  translate(lines: number, characters: number): Position {
    return new Position(this.line + lines, this.character + characters);
  }

  isAfter(other: Position): boolean {
    return other.isBefore(this);
  }

  isBefore(other: Position): boolean {
    return this.line < other.line || (this.line === other.line && this.character < other.character);
  }
}

/** What stands in for a `vscode.Range`. */
export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(
    ...of: readonly [Position, Position] | readonly [line: number, from: number, line: number, to: number]
  ) {
    if (of.length === 2) [this.start, this.end] = of;
    else [this.start, this.end] = [new Position(of[0], of[1]), new Position(of[2], of[3])];
  }
}

/** What stands in for `vscode.EndOfLine`. */
export const EndOfLine = { LF: 1, CRLF: 2 } as const;

/** A document of an editor, as `vscode.TextDocument` says; its lines end as the first does. */
export class TextDocument {
  readonly uri: unknown;
  readonly languageId: string;
  readonly version = 1;
  readonly #text: string;
  /** offsets at which lines begin */
  readonly #starts: readonly number[];

  constructor(uri: unknown, languageId: string, text: string) {
    this.uri = uri;
    this.languageId = languageId;
    this.#text = text;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  get eol(): number {
    return this.#text.includes('\r\n') ? EndOfLine.CRLF : EndOfLine.LF;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  lineAt(line: number): {
    readonly text: string;
    readonly range: Range;
    readonly isEmptyOrWhitespace: boolean;
  } {
    const text = this.#text.slice(this.#starts[line], this.#starts[line + 1]).replace(/\r?\n$/, '');
    return {
      text,
      range: new Range(line, 0, line, text.length),
      isEmptyOrWhitespace: text.trim() === '',
    };
  }

  offsetAt({ line, character }: Position): number {
    return this.#starts[line]! + character;
  }

  positionAt(offset: number): Position {
    const line = this.#starts.findLastIndex((start) => start <= offset);
    return new Position(line, offset - this.#starts[line]!);
  }

  /** @param range left out: all of it */
  getText(range?: Range): string {
    if (range === undefined) return this.#text;
    return this.#text.slice(this.offsetAt(range.start), this.offsetAt(range.end));
  }
}
