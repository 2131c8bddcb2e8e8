import type { ReportCard } from '../../extension/protocol/reportCard.ts';

/** @param together what each has saved: shares of the keystrokes */
export function sampleCard(together: number, counts: number, words: number): ReportCard {
  return {
    rows: [
      { contestant: 'together', savedKeystrokes: together, bitsPerByte: 1.5, top1: 0.6 },
      { contestant: 'counts', savedKeystrokes: counts, bitsPerByte: 1.6, top1: 0.5 },
      { contestant: 'words', savedKeystrokes: words, bitsPerByte: null, top1: null },
    ],
    files: 3,
    bytes: 4_000,
    lines: 20,
    wordsOf: 'document',
    seconds: 8,
  };
}
