import type { Sheet } from '../arithmetic/sheet.ts';
import { boundInFull } from '../arithmetic/sheetText.ts';
import { phrases } from './phrases/phrases.ts';
import { escaped, printedPage } from './printedPage.ts';

/** How the numbers of a sheet are rounded, in words. */
export function conventionOf({ decimals }: Sheet): string {
  return decimals === 0 ? phrases.wholeNumbers : phrases.convention(decimals + 2, decimals);
}

/** A number of the machine, to seven digits; one that was counted as it is. */
export function machineShown({ decimals }: Sheet, machine: number): string {
  return decimals === 0 ? String(machine) : machine.toPrecision(7).replace('-', '−');
}

interface Heading {
  readonly sentence: string;
  readonly symbols: string;
  readonly isBlank: boolean;
}

/** The sheet as a page of its own, to be printed: black on white, no script. */
export function printedSheet(sheet: Sheet, { sentence, symbols, isBlank }: Heading): string {
  const rows = sheet.rows.map(({ kind, name, made, value }, i) => {
    const isComputed = made !== '' || kind === 'subtotal' || kind === 'total';
    const shown = isBlank && isComputed ? '' : value;
    const called = kind === 'given' ? phrases.givenRest : name;
    return `<tr class="${kind}">${[String(i + 1), called, made, shown].map(cell).join('')}</tr>`;
  });
  const results = sheet.results.map(
    ({ name, shown, machine, bound }) =>
      `<tr>${[name, isBlank ? '' : shown, isBlank ? '' : machineShown(sheet, machine), boundInFull(bound)].map(cell).join('')}</tr>`,
  );
  const heads = (texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<th>${escaped(text)}</th>`).join('')}</tr>`;
  return printedPage(phrases.pencilHeading, [
    `<p>${escaped(sentence)}</p>`,
    `<p>${escaped(symbols)}</p>`,
    `<p>${escaped(conventionOf(sheet))}</p>`,
    `<table class="sheet">${heads([phrases.rank, phrases.called, phrases.madeOf, phrases.value])}${rows.join('\n')}</table>`,
    `<table class="sheet">${heads([phrases.result, phrases.fromShown, phrases.inMachine, phrases.bound])}${results.join('\n')}</table>`,
  ]);
}

function cell(text: string): string {
  return `<td>${escaped(text)}</td>`;
}
