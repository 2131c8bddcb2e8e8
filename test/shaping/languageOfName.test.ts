import { describe, expect, it } from 'vitest';
import { languageOfName } from '../../extension/shaping/languageOfName.ts';
import { syntaxOf } from '../../extension/shaping/languages.ts';

describe('a language by a name', () => {
  it.each([
    ['src/a.test.ts', 'typescript'],
    ['a.D.TSX', 'typescriptreact'],
    ['lib/__init__.py', 'python'],
    ['Dockerfile', 'dockerfile'],
    ['build/Makefile', 'makefile'],
    ['include/a.hpp', 'cpp'],
    ['LICENSE', ''],
    ['.ts/readme', ''],
    ['', ''],
    ['a.constructor', ''],
  ])('%s is %s', (name, language) => {
    expect(languageOfName(name)).toBe(language);
  });

  it('has a syntax of its own where one is known', () => {
    const unknown = syntaxOf('');
    for (const name of 'ts py go rs java php json css html md yml sh rb sql lua hs'.split(' ')) {
      expect([name, syntaxOf(languageOfName(name))]).not.toEqual([name, unknown]);
    }
  });
});
