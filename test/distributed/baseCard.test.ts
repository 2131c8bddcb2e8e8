import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { base, baseCard } from '../../distributed/baseCard.ts';

it('the model card says what the figures beside it say', () => {
  expect(readFileSync(path.join(base, 'README.md'), 'utf8')).toBe(baseCard());
});
