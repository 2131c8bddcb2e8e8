import { describe, expect, it } from 'vitest';
import { nothingLine, reportCardLines } from '../../extension/cli/figures.ts';
import { sampleCard } from '../evaluation/sampleCard.ts';

it('a completion without text says why: the floor only where a token fell below it', () => {
  expect(nothingLine('unlikely', 0.3)).toMatch(/below 30\.0 %/);
  expect(nothingLine('lineEnd', 0.3)).toBe('(nothing to add: the line ends here)');
  expect(nothingLine('limit', 0.3)).not.toContain('%');
  expect(nothingLine('cut', 0.3)).not.toContain('%');
});

describe('reportCardLines', () => {
  it('says the three figures, and who is ahead where it is not the model', () => {
    const figures =
      'Keystrokes      23 % saved in text of 3 files that was not learnt from; counting alone 19 %, word-based suggestions 12 %';
    expect(reportCardLines(sampleCard(0.23, 0.19, 0.12))).toEqual([figures]);
    expect(reportCardLines(sampleCard(0.19, 0.19, 0.12))[0]).toMatch(/has not paid off yet$/);
    expect(reportCardLines(sampleCard(0.12, 0.1, 0.12))[0]).toMatch(/do as well or better here$/);
    expect(reportCardLines(null)).toEqual([]);
  });
});
