import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { qualityPart, qualitySection } from './qualitySection.ts';
import type { QualityResults } from './results.ts';

const root = path.join(import.meta.dirname, '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

it('README says of quality what the committed results say', () => {
  const source = qualityPart.source(readme);
  if (!existsSync(path.join(root, source))) {
    // Nothing was measured yet: then nothing is claimed.
    expect(qualityPart.in(readme)).not.toMatch(/\d/);
    return;
  }
  const results = JSON.parse(readFileSync(path.join(root, source), 'utf8')) as QualityResults;
  expect(qualityPart.in(readme)).toBe(qualitySection(results, source));
});
