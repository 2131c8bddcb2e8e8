/** A part of README that a program writes from a file of results, between two markers. */
export class ReadmeSection {
  readonly #begin: string;
  readonly #end: string;

  /** @param command that writes it */
  constructor(name: string, command: string) {
    this.#begin = `<!-- ${name}: written by \`${command}\` from `;
    this.#end = `<!-- ${name}: end -->`;
  }

  /** @param file of the results, from the repository's root */
  around(file: string, lines: readonly string[]): string {
    return [`${this.#begin}${file} -->`, '', ...lines, '', this.#end].join('\n');
  }

  /** The section as it is. */
  in(readme: string): string {
    const [from, to] = this.#range(readme);
    return readme.slice(from, to);
  }

  /** The file of results that the section was made from. */
  source(readme: string): string {
    return this.in(readme).slice(this.#begin.length).split(' -->')[0]!;
  }

  /** README with another section. */
  replace(readme: string, section: string): string {
    const [from, to] = this.#range(readme);
    return readme.slice(0, from) + section + readme.slice(to);
  }

  #range(readme: string): [number, number] {
    const [from, to] = [readme.indexOf(this.#begin), readme.indexOf(this.#end)];
    if (from < 0 || to < 0)
      throw new Error(`README.md should hold the markers "${this.#begin}… -->" and "${this.#end}".`);
    return [from, to + this.#end.length];
  }
}

/** As Prettier writes it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(3, ...[cell, ...rows.map((row) => row[column]!)].map((text) => [...text].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat(widths[column]! - [...cell].length)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
