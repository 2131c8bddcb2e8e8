import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { learningPage, pagePath } from './page.ts';

it('docs/learning.md is what the committed results say', () => {
  expect(readFileSync(pagePath, 'utf8')).toBe(learningPage());
});
