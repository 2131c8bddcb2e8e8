import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { page, scalePage } from '../../distributed/scale.ts';

it('docs/scale.md says what the committed measurements come to', () => {
  expect(readFileSync(page, 'utf8')).toBe(scalePage());
});
