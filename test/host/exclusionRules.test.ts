import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exclusion } from '../../extension/corpus/globs.ts';
import { excluding, including, ruleFor } from '../../extension/host/exclusionRules.ts';

/** A name of a file, with what means something in a glob pattern. */
const name = fc
  .string({ unit: fc.constantFrom(...'ab.-_ *?[]{}()|+!@#,ä"\'\\'), minLength: 1, maxLength: 8 })
  .filter((text) => text !== '.' && text !== '..');

describe('rules of nihilo.exclude', () => {
  it('leave out exactly the file that was chosen, whatever it is called, and let it in again', () => {
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(path, path, (chosen, other) => {
        const rules = excluding({ '**/fixtures': true }, chosen);
        const globs = Object.keys(rules);
        expect(exclusion(globs)(chosen)).toBe(true);
        if (other !== chosen) expect(exclusion(globs)(other)).toBe(false);
        expect(including(rules, chosen)).toEqual({ '**/fixtures': true });
      }),
    );
  });

  it('are known by the path that they leave out, by a folder above it, and not when they are switched off', () => {
    expect(ruleFor({ '**/fixtures': true }, 'test/fixtures/a.ts')).toBe('**/fixtures');
    expect(ruleFor({ '**/fixtures': false }, 'test/fixtures/a.ts')).toBe(null);
    expect(ruleFor({ '**/*.js': { when: '$(basename).ts' } }, 'src/a.js')).toBe('**/*.js');
    expect(including({ '**/fixtures': true }, 'test/fixtures/a.ts')).toBe(null);
    expect(including({ 'a.ts': false }, 'a.ts')).toBe(null);
  });
});
