import { describe, expect, it } from 'vitest';
import { nothingLine, reportCardLines } from '../../extension/cli/figures.ts';
import type { ReportCard } from '../../extension/protocol/reportCard.ts';

it('a completion without text says why: the floor only where a token fell below it', () => {
  expect(nothingLine('unlikely', 0.3)).toMatch(/below 30\.0 %/);
  expect(nothingLine('lineEnd', 0.3)).toBe('(nothing to add: the line ends here)');
  expect(nothingLine('limit', 0.3)).not.toContain('%');
  expect(nothingLine('cut', 0.3)).not.toContain('%');
});

describe('reportCardLines', () => {
  const card = (together: number, counts: number, words: number): ReportCard => ({
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
  });

  it('says the three figures, and who is ahead where it is not the model', () => {
    const figures =
      'Keystrokes      23 % saved in 3 files it has not learnt from; counting alone 19 %, word-based suggestions 12 %';
    expect(reportCardLines(card(0.23, 0.19, 0.12))).toEqual([figures]);
    expect(reportCardLines(card(0.19, 0.19, 0.12))[0]).toMatch(/has not paid off yet$/);
    expect(reportCardLines(card(0.12, 0.1, 0.12))[0]).toMatch(/do as well or better here$/);
    expect(reportCardLines(null)).toEqual([]);
  });
});
