import type { Sheet } from './sheet.ts';

/** "name = made = value", a line each; what a person copies and a script can redo. */
export function sheetText({ rows, results }: Sheet): string {
  const lines = rows.map(({ kind, name, made, value }) =>
    [
      kind === 'step' || kind === 'term' ? '' : `${kind}: `,
      name,
      made === '' ? '' : ` = ${made}`,
      ` = ${value}`,
    ].join(''),
  );
  const ends = results.map(
    ({ name, shown, machine, difference, bound }) =>
      `${name}: ${shown} from the numbers shown, ${String(machine)} in the machine, differs ${inFull(difference)}, bound ${boundInFull(bound)}`,
  );
  return [...lines, ...ends].join('\n');
}

/** One row a line of the sheet, as spreadsheets read it (RFC 4180). */
export function sheetCsv({ rows, results }: Sheet): string {
  const table = [
    ['kind', 'name', 'made of', 'value'],
    ...rows.map(({ kind, name, made, value }) => [kind, name, made, plain(value)]),
    ...results.flatMap(({ name, shown, machine, bound }) => [
      ['result', name, 'from the numbers shown', plain(shown)],
      ['result', name, 'in the machine', String(machine)],
      ['result', name, 'bound', boundInFull(bound)],
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
