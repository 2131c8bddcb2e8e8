import type { Sheet } from '../arithmetic/sheet.ts';
import { boundInFull } from '../arithmetic/sheetText.ts';
import type { Phrases } from './phrases/phrases.ts';
import { conventionOf, machineShown } from './sheetWords.ts';
import { escaped, printedPage } from './printedPage.ts';

interface Heading {
  readonly sentence: string;
  readonly symbols: string;
  readonly isBlank: boolean;
}

/** The sheet as a page of its own, to be printed: black on white, no script. @param phrases of the page's language */
export function printedSheet(
  sheet: Sheet,
  { sentence, symbols, isBlank }: Heading,
  phrases: Phrases,
): string {
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
  return printedPage(phrases.pencilHeading, phrases.language, [
    `<p>${escaped(sentence)}</p>`,
    `<p>${escaped(symbols)}</p>`,
    `<p>${escaped(conventionOf(sheet, phrases))}</p>`,
    `<table class="sheet">${heads([phrases.rank, phrases.called, phrases.madeOf, phrases.value])}${rows.join('\n')}</table>`,
    `<table class="sheet">${heads([phrases.result, phrases.fromShown, phrases.inMachine, phrases.bound])}${results.join('\n')}</table>`,
  ]);
}

function cell(text: string): string {
  return `<td>${escaped(text)}</td>`;
}
