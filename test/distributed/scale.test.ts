import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { IndexCost } from '../../distributed/indexCost.ts';
import { deviceBytes, page, scalePage } from '../../distributed/scale.ts';

it('docs/scale.md says what the committed measurements come to', () => {
  expect(readFileSync(page, 'utf8')).toBe(scalePage());
});

it('says that a training does not fit where it does not, for its time and its cost: at 1 TB of code, not at 10 GB', () => {
  const rows = scalePage()
    .split('\n')
    .filter((line) => /^\| \d+ [MGT]B +\|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const row = (code: string): string[] => rows.find(([, first]) => first === code)!.slice(6, -1);
  expect(row('1 TB')).toEqual(['does not fit', 'does not fit', 'does not fit', 'does not fit']);
  expect(row('10 GB').join()).not.toContain('does not fit');
});

it('a device holds 16 bytes a parameter and more', () => {
  for (const parameters of [1e6, 1e9, 66e9]) {
    expect(deviceBytes(parameters)).toBeGreaterThan(16 * parameters);
  }
  // 24 layers, 3,072 wide: 2,048 positions of 34 bytes.
  const parameters = 12 * 24 * 3_072 ** 2;
  expect(deviceBytes(parameters) / (16 * parameters + 34 * 24 * 3_072 * 2_048)).toBeCloseTo(1, 9);
});

it('the index has a row for each folder that was measured, in the words of the file', () => {
  const cost: IndexCost = {
    machine: '3 cores of a machine',
    commit: 'abc1234',
    rows: [
      {
        bytes: 1_234_567_890,
        seconds: 321.04,
        peakBytes: 2_345_678_901,
        tokensCounted: 20_000_001,
        filesCounted: 1_234,
        filesLeftOut: 5_678,
      },
    ],
  };
  const words = scalePage(cost).replaceAll(/ +/g, ' ');
  expect(words).toContain('on 3 cores of a machine (`distributed/indexCost.json`, commit abc1234)');
  expect(words).toContain('| 1.2 GB | 1,234 | 5,678 | 20,000,001 | 321.0 s | 2.3 GB |');
});
