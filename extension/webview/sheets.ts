import { sheetOf, symbolsOf } from '../arithmetic/formulas.ts';
import { boundInFull, inFull, sheetCsv, sheetText } from '../arithmetic/sheetText.ts';
import { printedPass } from './printedPass.ts';
import { printedSheet } from './printedSheet.ts';

/** What sheets are made with. */
export const sheetTools = {
  sheetOf,
  symbolsOf,
  sheetText,
  sheetCsv,
  inFull,
  boundInFull,
  printedSheet,
  printedPass,
};

/** Where this script leaves them. */
export type SheetsWindow = Window & { nihiloSheets?: typeof sheetTools };

(window as SheetsWindow).nihiloSheets = sheetTools;
