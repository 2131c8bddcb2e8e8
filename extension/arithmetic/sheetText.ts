import type { Sheet, SheetRow } from './sheet.ts';

/** What stands around the numbers, in the reader's language. */
export interface SheetWords {
  readonly kinds: Readonly<Record<SheetRow['kind'] | 'result', string>>;
  readonly columns: Readonly<Record<'kind' | 'name' | 'made' | 'value', string>>;
  readonly fromShown: string;
  readonly inMachine: string;
  readonly bound: string;
  readonly resultLine: (shown: string, machine: string, difference: string, bound: string) => string;
}

/** "name = made = value", a line each; what a person copies and a script can redo. */
export function sheetText({ rows, results }: Sheet, words: SheetWords): string {
  const lines = rows.map(({ kind, name, made, value }) =>
    [
      kind === 'step' || kind === 'term' ? '' : `${words.kinds[kind]}: `,
      name,
      made === '' ? '' : ` = ${made}`,
      ` = ${value}`,
    ].join(''),
  );
  const ends = results.map(
    ({ name, shown, machine, difference, bound }) =>
      `${name}: ${words.resultLine(shown, String(machine), inFull(difference), boundInFull(bound))}`,
  );
  return [...lines, ...ends].join('\n');
}

/** One row a line of the sheet, as spreadsheets read it (RFC 4180). */
export function sheetCsv({ rows, results }: Sheet, words: SheetWords): string {
  const { kinds, columns, fromShown, inMachine } = words;
  const table = [
    [columns.kind, columns.name, columns.made, columns.value],
    ...rows.map(({ kind, name, made, value }) => [kinds[kind], name, made, plain(value)]),
    ...results.flatMap(({ name, shown, machine, bound }) => [
      [kinds.result, name, fromShown, plain(shown)],
      [kinds.result, name, inMachine, String(machine)],
      [kinds.result, name, words.bound, boundInFull(bound)],
    ]),
  ];
  return table.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** A difference: two digits that count, without an exponent. */
export function inFull(value: number): string {
  return value === 0 ? '0' : value.toFixed(decimalsOf(value));
}

/** A bound, as `inFull`: not rounded down, because nothing may be beyond it. */
export function boundInFull(bound: number): string {
  const decimals = decimalsOf(bound);
  const shown = Number(bound.toFixed(decimals));
  return bound === 0 ? '0' : (shown < bound ? shown + 10 ** -decimals : shown).toFixed(decimals);
}

function decimalsOf(value: number): number {
  return Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(value))));
}

/** Spreadsheets know the hyphen alone as a minus sign. */
function plain(value: string): string {
  return value.replace('−', '-');
}

/** A cell that begins like a formula is text to a spreadsheet when a quote stands before it. */
function quoted(cell: string): string {
  const text = /^[=+@]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
