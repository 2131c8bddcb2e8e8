import { describe, expect, it, vi } from 'vitest';
import { reportSentence } from '../../extension/host/reportCards.ts';
import { savedPercent, verdictOf } from '../../extension/evaluation/reportVerdict.ts';
import { sampleCard } from '../evaluation/sampleCard.ts';

vi.mock('vscode', () => ({
  l10n: {
    t: (sentence: string, ...values: unknown[]) =>
      sentence.replaceAll(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

describe('a report card in words', () => {
  it('gives the three figures in whole percent', () => {
    expect(savedPercent(sampleCard(0.2349, 0.19, 0.115))).toEqual({ together: 23, counts: 19, words: 12 });
    expect(reportSentence(sampleCard(0.23, 0.19, 0.12))).toBe(
      "On files it has not learnt from, it would have saved 23 % of your keystrokes; counting alone 19 %, VS Code's word-based suggestions 12 %.",
    );
  });

  it('says so when it loses, and takes what looks the same for no success', () => {
    const verdict = (...shares: [number, number, number]) => verdictOf(savedPercent(sampleCard(...shares)));
    expect(verdict(0.23, 0.19, 0.12)).toBe('ahead');
    expect(verdict(0.235, 0.234, 0.12)).toBe('ahead');
    expect(verdict(0.234, 0.228, 0.12)).toBe('behindCounts');
    expect(verdict(0.18, 0.19, 0.12)).toBe('behindCounts');
    expect(verdict(0.11, 0.19, 0.12)).toBe('behindWords');
    expect(verdict(0.12, 0.1, 0.12)).toBe('behindWords');
    expect(reportSentence(sampleCard(0.18, 0.19, 0.12))).toMatch(
      /has not paid off.*18 %.*no more than.*19 %.*12 %/,
    );
    expect(reportSentence(sampleCard(0.11, 0.1, 0.12))).toMatch(
      /do as well or better here.*11 %.*12 %.*10 %/,
    );
  });
});
