import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchmarkLines } from '../../extension/cli/benchLines.ts';
import { growthPage } from './growthPage.ts';
import type { Results } from './results.ts';
import { sampleReport, sampleResults } from './samples.ts';
import { speedPart, speedSection } from './speedSection.ts';
import { targets, type Verdict, verdict } from './targets.ts';

const root = path.join(import.meta.dirname, '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('what is published about speed', () => {
  const source = speedPart.source(readme);

  it('is what the committed results say: the README', () => {
    if (!existsSync(path.join(root, source))) {
      // Nothing was measured yet: then nothing is claimed.
      expect(speedPart.in(readme)).not.toMatch(/\d/);
      return;
    }
    const results = JSON.parse(read(source)) as Results;
    expect(speedPart.in(readme)).toBe(speedSection(results, source));
  });

  it('is what the committed results say: how cost grows', () => {
    if (!existsSync(path.join(root, source))) return;
    const page = path.join(path.dirname(source), 'growth.md');
    const results = JSON.parse(read(source)) as Results;
    expect(read(page)).toBe(growthPage(results, path.basename(source)));
    expect(read(path.join(path.dirname(source), 'growth.svg'))).toContain('</svg>');
  });
});

describe('the table of targets', () => {
  const of = (what: string): Verdict =>
    verdict(targets(sampleReport).find((row) => row.what.includes(what))!);

  it('marks what is missed, what is met, and what was not measured', () => {
    expect(of('relaxed build')).toBe('met');
    expect(of('baseline build')).toBe('missed');
    expect(of('large, 1 thread: against PyTorch')).toBe('met');
    expect(of('large, 2 threads: against PyTorch')).toBe('absent');
    expect(of('large: 2 threads over 1')).toBe('missed');
    expect(of('default: 2 threads over 1')).toBe('stretch');
    expect(of('peak memory')).toBe('met');
    expect(of('500 lines, large: first ask, p95')).toBe('met');
    expect(of('first ask while training')).toBe('missed');
    expect(of('after one more key, p95')).toBe('missed');
    expect(of('an index of 1 MB is ready')).toBe('missed');
    expect(of('an index of 10 MB is ready')).toBe('absent');
    expect(of('counts: the likeliest 20 tokens')).toBe('met');
  });

  it('is shorter where results are older than what counting costs', () => {
    const { counts: _, ...older } = sampleReport;
    const without = targets(older);
    expect(targets(sampleReport).slice(0, without.length)).toEqual(without);
    expect(without.some(({ what }) => what.startsWith('counts'))).toBe(false);
    expect(benchmarkLines(older).join('\n')).not.toContain('Counts of');
    expect(benchmarkLines(sampleReport).join('\n')).toMatch(/the likeliest 20 tokens +0\.250 +0\.700 ms/);
  });

  it('says why a program is absent, and shows its figure nowhere', () => {
    const section = speedSection(sampleResults(), 'test/bench/results/a.json');
    expect(section).toMatch(/against jax-js +\| absent: npm said no/);
    expect(section).toMatch(/against PyTorch +\| 0\.68 ×/);
    expect(benchmarkLines(sampleReport).join('\n')).toContain(
      'jax-js: training step, large, 1 thread: absent (npm said no)',
    );
  });

  it('replaces the old one, and nothing else', () => {
    const section = speedSection(sampleResults(), 'test/bench/results/a.json');
    const changed = speedPart.replace(readme, section);
    expect(speedPart.in(changed)).toBe(section);
    expect(speedPart.source(changed)).toBe('test/bench/results/a.json');
    expect(changed.replace(section, '')).toBe(readme.replace(speedPart.in(readme), ''));
    expect(() => speedPart.replace('no markers', section)).toThrow(/markers/);
  });
});
