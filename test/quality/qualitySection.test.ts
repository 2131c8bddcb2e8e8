import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { qualityPart, qualitySection, unseenPart, unseenSection } from './qualitySection.ts';
import type { QualityResults } from './results.ts';

const root = path.join(import.meta.dirname, '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

it.each([
  ['on the development corpora', qualityPart, qualitySection],
  ['on those that nothing was chosen by', unseenPart, unseenSection],
])('README says of quality %s what the committed results say', (_, part, section) => {
  const source = part.source(readme);
  if (!existsSync(path.join(root, source))) {
    // Nothing was measured yet: then nothing is claimed.
    expect(part.in(readme)).not.toMatch(/\d/);
    return;
  }
  const results = JSON.parse(readFileSync(path.join(root, source), 'utf8')) as QualityResults;
  expect(part.in(readme)).toBe(section(results, source));
});
