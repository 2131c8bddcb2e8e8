import { expect, it } from 'vitest';
import { explain } from '../../extension/cli/failure.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';

it('a failure that a user can act on is its one sentence, in the terms of the command line', () => {
  const error = new NihiloError('memoryTooSmall', say`Raise nihilo.training.memoryLimit or lower it.`);
  expect(explain(error, false)).toBe('Raise --memory or lower it.');
  expect(explain(error, true)).toBe('Raise --memory or lower it.');
});

it('a bug is its message and what to report; its stack only on demand', () => {
  const bug = new TypeError('x is not a function');
  expect(explain(bug, false)).toMatch(
    /^Nihilo failed unexpectedly \(x is not a function\)\. .*NIHILO_DEBUG=1/,
  );
  expect(explain(bug, false)).not.toContain('failure.test');
  expect(explain(bug, true)).toContain('failure.test');
  expect(explain('thrown text', false)).toContain('(thrown text)');
});
