import { expect, it } from 'vitest';
import { nothingLine } from '../../extension/cli/figures.ts';

it('a completion without text says why: the floor only where a token fell below it', () => {
  expect(nothingLine('unlikely', 0.3)).toMatch(/below 30\.0 %/);
  expect(nothingLine('lineEnd', 0.3)).toBe('(nothing to add: the line ends here)');
  expect(nothingLine('limit', 0.3)).not.toContain('%');
  expect(nothingLine('cut', 0.3)).not.toContain('%');
});
