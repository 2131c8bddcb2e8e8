/** Of the beginning of a text, and of tokens that a line does not have yet. */
const none = -1;

interface Bracket {
  readonly character: string;
  readonly wordBefore: string;
  commas: number;
}

type Lexical = 'code' | 'line comment' | 'comment' | 'string';

const bracketsRemembered = 32;

/**
 * What is known of a place in a text, as strings: which tokens, words, lines and brackets stand before it. Bytes are characters; those of
 * other scripts are letters.
 */
export class TextReader {
  lexical: Lexical = 'code';
  word = '';
  line: number[] = [];
  brackets: Bracket[] = [];
  readonly #tokens: readonly Uint8Array[];
  readonly #text: number[] = [];
  /** the last first */
  #wordsBefore: readonly string[] = ['', '', ''];
  #previousLine: readonly number[] = [];
  /** of the last line that had one */
  #third = none;
  #indent = 0;
  #quote = '';
  #lastByte = '';

  /** @param tokens the bytes of each */
  constructor(tokens: readonly Uint8Array[]) {
    this.#tokens = tokens;
  }

  /** The `back`-th token before the place. */
  before(back: number): number {
    return this.#text.at(-back) ?? none;
  }

  read(token: number): void {
    this.#text.push(token);
    const bytes = Array.from(this.#tokens[token]!, (byte) => String.fromCharCode(byte));
    if (bytes[0] === '\n' || bytes[0] === '\r') {
      this.#breakLine(bytes);
      return;
    }
    this.line.push(token);
    if (this.line.length === 3) this.#third = token;
    for (const byte of bytes) this.#readByte(byte);
  }

  /** The contexts in their order. @param followed what followed the last token the last two times */
  contexts(followed: readonly number[]): string[] {
    const { word, line } = this;
    const last = (count: number): number[] =>
      Array.from({ length: count }, (_, back) => this.before(back + 1));
    const [t1, t2, t3, t4] = last(4);
    const [word1, word2, word3] = this.#wordsBefore;
    const [first, second] = [line[0] ?? none, line[1] ?? none];
    const bracket = this.brackets.at(-1);
    const opened = bracket === undefined ? [] : [bracket.character, bracket.wordBefore];
    const inBracket = bracket === undefined ? [] : [...opened, bracket.commas];
    return [
      ...[0, 1, 2, 4, 5, 8, 12].map((order) => last(order)),
      [word],
      [word, word1, t1],
      [word, word1, word2, word3],
      [first, this.#indent, t1],
      [first, second, word, t1],
      [first, this.#previousLine[0] ?? none, t1],
      [line, this.#previousLine],
      [inBracket, t1],
      [opened, word, this.brackets.at(-2)?.wordBefore ?? ''],
      [t2, t3],
      [t1, t3],
      [t2, t3, t4],
      [inBracket, first, word],
      [this.lexical, word, this.#indent],
      [first, second, this.#third, t1],
      [t1, followed],
    ].map((context) => JSON.stringify(context));
  }

  #breakLine(bytes: readonly string[]): void {
    this.#endWord();
    if (this.lexical === 'line comment' || (this.lexical === 'string' && this.#quote !== '`'))
      this.lexical = 'code';
    this.#lastByte = '\n';
    if (this.line.length > 0) this.#previousLine = this.line;
    this.line = [];
    this.#indent = bytes.reduce((columns, byte) => columns + (byte === ' ' ? 1 : byte === '\t' ? 4 : 0), 0);
  }

  #readByte(byte: string): void {
    this.#readLexical(byte);
    if (/[A-Za-z0-9_$\x80-\xff]/.test(byte)) {
      this.word += byte;
      return;
    }
    this.#endWord();
    if ('([{'.includes(byte)) {
      const wordBefore = this.#wordsBefore[0]!;
      this.brackets = [...this.brackets, { character: byte, wordBefore, commas: 0 }].slice(
        -bracketsRemembered,
      );
    } else if (')]}'.includes(byte)) this.brackets = this.brackets.slice(0, -1);
    else if (byte === ',' && this.brackets.length > 0) this.brackets.at(-1)!.commas++;
  }

  #endWord(): void {
    if (this.word === '') return;
    this.#wordsBefore = [this.word, ...this.#wordsBefore.slice(0, 2)];
    this.word = '';
  }

  #readLexical(byte: string): void {
    const last = this.#lastByte;
    const both = last + byte;
    this.#lastByte = byte;
    if (this.lexical === 'code') {
      if ('"\'`'.includes(byte)) [this.lexical, this.#quote] = ['string', byte];
      else if (byte === '#' || both === '//') this.lexical = 'line comment';
      else if (both === '/*') this.lexical = 'comment';
    } else if (this.lexical === 'comment') {
      if (both === '*/') this.lexical = 'code';
    } else if (this.lexical === 'string') {
      // What is escaped neither ends the string nor escapes.
      if (last === '\\') this.#lastByte = '';
      else if (byte === this.#quote) this.lexical = 'code';
    }
  }
}
