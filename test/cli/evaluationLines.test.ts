import { describe, expect, it } from 'vitest';
import { evaluationLines } from '../../extension/cli/evaluationLines.ts';
import type { EvaluationReport, Row } from '../../extension/evaluation/report.ts';

const ranking = { tokens: 10, top1: 0.5, top5: 0.7, mrr: 0.6 };
const line = { cursors: 4, exact: 0.25, similarity: 0.75 };

function row(predictor: Row['predictor'], fileBitsPerByte: readonly number[]): Row {
  return {
    predictor,
    atSeconds: 5,
    bitsPerByte: 1.5,
    top1: 0.5,
    top5: 0.7,
    mrr: 0.6,
    identTop1: 0.4,
    lineExact: 0.25,
    ksr: 0.3,
    acceptance: 0.55,
    wrongPer1000: 21,
    ece: 0.02,
    details: {
      stage: 'index',
      prepareSeconds: 1,
      scoreSeconds: 1,
      fileBitsPerByte,
      tokens: ranking,
      identifiers: ranking,
      identifierFirstUses: ranking,
      identifierRepeats: ranking,
      lines: {
        all: line,
        lineStart: line,
        afterDot: line,
        afterParenthesis: line,
        afterEquals: line,
        insideWord: line,
      },
      keystrokes: [],
      roundTrip: null,
    },
  };
}

const report: EvaluationReport = {
  folder: '/code',
  split: 'files',
  protocol: 'file-dynamic',
  seed: 1,
  threads: 2,
  files: 12,
  trainBytes: 10_000,
  heldOutBytes: 400,
  trainTokens: 3_000,
  heldOutTokens: 130,
  seconds: 60,
  rows: [row('counts', [1, 2]), row('transformer', [3, 3])],
  compressors: {
    zpaq5: { bitsPerByte: 2, texts: 1, bytes: 100, bits: [200] },
    zpaq5text: { bitsPerByte: 1, texts: 2, bytes: 400, bits: [200, 200] },
  },
  heldOutFiles: [
    { path: 'a.ts', bytes: 100, bitsPerByte: 3 },
    { path: 'b.ts', bytes: 300, bitsPerByte: 3 },
  ],
  nearDuplicates: 0,
  training: null,
  calls: null,
  peakRssMb: 100,
};

describe('the report for people', () => {
  const lines = evaluationLines(report);
  const table = lines.filter((text) => /^(predictor|counts|transformer) /.test(text));

  it('has a line for each predictor, and every column is aligned', () => {
    expect(table.length).toBe(3);
    expect(new Set(table.map((text) => text.length)).size).toBe(1);
    for (const column of ['÷ zpaq', 'ECE', 'wrong/1000']) {
      const end = table[0]!.indexOf(column) + column.length;
      for (const text of table.slice(1)) expect(text.slice(end - 1, end + 1)).toMatch(/^\d\s?$/);
    }
  });

  it('compares with zpaq over the files that zpaq was given', () => {
    // counts: 1 bit per byte of a.ts against 2, and 1.75 of both against 1; transformer: 3 against 2 and against 1.
    expect(table[1]).toMatch(/^counts +5\.0 +1\.500 +0\.500 +1\.750 /);
    expect(table[2]).toMatch(/^transformer +5\.0 +1\.500 +1\.500 +3\.000 /);
    expect(lines).toContain('zpaq5     2.000 bits per byte, knowing the training text, of 1 of the files');
  });

  it('says of a row with the base what had been learnt by then', () => {
    const staged = (['index', 'base', 'weighed', 'trained'] as const).map((stage) => {
      const one = row(stage === 'index' ? 'counts' : 'mixture', [1, 2]);
      return { ...one, details: { ...one.details, stage } };
    });
    const names = (rows: readonly Row[]) =>
      evaluationLines({ ...report, rows }).flatMap(
        (text) => /^(?:counts|mixture).*?(?= {2})/.exec(text) ?? [],
      );
    expect(names(staged)).toEqual([
      'counts',
      'mixture: base, no training',
      'mixture: base, trust learnt here',
      'mixture: base, fine-tuned',
    ]);
    expect(names(staged.filter(({ details }) => details.stage === 'trained'))).toEqual(['mixture']);
  });

  it('says what is missing', () => {
    const text = evaluationLines({ ...report, compressors: {} }).join('\n');
    expect(text).toContain('No compressor to compare with (zpaq, xz, zstd) is installed.');
    expect(text).toMatch(/^counts +5\.0 +1\.500 +– +– /m);
  });
});
