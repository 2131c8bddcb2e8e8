import { describe, expect, it } from 'vitest';
import { fromPlainError, NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { inEnglish, say } from '../../extension/protocol/sentence.ts';

describe('a sentence', () => {
  it('is a template and what stands in it', () => {
    expect(say`${'a.ts'} has ${3} lines.`).toEqual({ template: '{0} has {1} lines.', values: ['a.ts', 3] });
  });

  it('is put into English with the sentences in it', () => {
    expect(inEnglish(say`Expected ${say`at most ${2} lines`}, got ${3}.`)).toBe(
      'Expected at most 2 lines, got 3.',
    );
  });

  it('takes a value as it is, whatever looks like a place in it', () => {
    expect(inEnglish(say`${'{1}'} is no ${'$&'}.`)).toBe('{1} is no $&.');
  });
});

describe('an error', () => {
  const error = new NihiloError('storageFailed', say`Expected to ${say`read ${'a.ts'}`}, got ${'EIO'}.`);

  it('says its sentence in English', () => {
    expect(error.message).toBe('Expected to read a.ts, got EIO.');
  });

  it('is the same on the other side of a thread, for people and for a translator', () => {
    const arrived = fromPlainError(structuredClone(toPlainError(error)));
    expect(arrived).toBeInstanceOf(NihiloError);
    expect(arrived).toMatchObject({ code: error.code, message: error.message, sentence: error.sentence });
  });

  it('that is a bug keeps its stack there', () => {
    const bug = new TypeError('x is not a function');
    expect(fromPlainError(structuredClone(toPlainError(bug)))).toMatchObject({
      message: bug.message,
      stack: bug.stack,
    });
  });
});
