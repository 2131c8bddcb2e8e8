import type { Sheet } from '../arithmetic/sheet.ts';
import type { Phrases } from './phrases/phrases.ts';

/** How the numbers of a sheet are rounded, in words. */
export function conventionOf({ decimals }: Sheet, phrases: Phrases): string {
  return decimals === 0 ? phrases.wholeNumbers : phrases.convention(decimals + 2, decimals);
}

/** A number of the machine, to seven digits; one that was counted as it is. */
export function machineShown({ decimals }: Sheet, machine: number): string {
  return decimals === 0 ? String(machine) : machine.toPrecision(7).replace('-', '−');
}
