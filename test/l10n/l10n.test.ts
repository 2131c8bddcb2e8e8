import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leftOutReasons } from '../../extension/corpus/leftOut.ts';
import { say } from '../../extension/protocol/sentence.ts';
import { phrasesIn, spokenPhrases } from './spokenPhrases.ts';

const root = new URL('../../', import.meta.url);
const languages = ['zh-cn'];

function phrasesOf(name: string): Record<string, string> {
  return JSON.parse(readFileSync(new URL(name, root), 'utf8'));
}

const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const english = phrasesOf('package.nls.json');
const spoken = spokenPhrases();

describe('the extraction of phrases', () => {
  it('finds a phrase by either name of the function, in any quotes, once each', () => {
    const source =
      'const { t } = vscode.l10n; t("a {0}", 1); vscode.l10n.t(`b`); insert(\'c\'); other.t("d");';
    expect(phrasesIn('some.ts', source)).toEqual(['a {0}', 'b']);
  });

  it('refuses a phrase that is put together', () => {
    expect(() => phrasesIn('some.ts', 't(`a ${b}`)')).toThrow(/some\.ts/);
  });

  it('finds what is said anywhere, as the template that it becomes', () => {
    const [file, most] = ['a.ts', 3];
    const sentence = say`"${file}" \`has\` ${most + 1} lines or ${say`none`}`;
    const source = 'throw new E(say`"${file}" \\`has\\` ${most + 1} lines or ${say`none`}`)';
    expect(phrasesIn('some.ts', source)).toEqual([sentence.template, 'none']);
  });

  it('finds the phrases of the host and of every layer below it', () => {
    expect(spoken.length).toBeGreaterThan(40);
    for (const { template } of Object.values(leftOutReasons)) expect(spoken).toContain(template);
  });
});

/** What of a sentence only a command line can have asked for. */
const ofCommandLine = /^(--split|To go on, \{0\} should be|There should be something left to train)/;

it('a sentence of the editor names no option of the command line', () => {
  const naming = spoken.filter((phrase) => / --[a-z]/.test(` ${phrase}`));
  expect(naming.filter((phrase) => !ofCommandLine.test(phrase))).toEqual([]);
});

describe('the languages', () => {
  it('are those of the files beside the manifest and in the folder that it names', () => {
    expect(manifest.l10n).toBe('./l10n');
    const named = (folder: URL, pattern: RegExp): string[] =>
      readdirSync(folder).flatMap((name) => pattern.exec(name)?.[1] ?? []);
    expect(named(root, /^package\.nls\.(.+)\.json$/)).toEqual(languages);
    expect(named(new URL('l10n/', root), /^bundle\.l10n\.(.+)\.json$/)).toEqual(languages);
  });

  it('are shipped', () => {
    const shipped = readFileSync(new URL('.vscodeignore', root), 'utf8').split('\n');
    expect(shipped).toContain('!package.nls*.json');
    expect(shipped).toContain('!l10n/**');
  });
});

describe.each(languages)('%s', (language) => {
  const bundle = phrasesOf(`l10n/bundle.l10n.${language}.json`);
  const manifestPhrases = phrasesOf(`package.nls.${language}.json`);

  it('says every phrase and no other', () => {
    expect(Object.keys(bundle).sort()).toEqual(spoken.toSorted());
  });

  it('says each once: of two translations of a phrase the first would never be seen', () => {
    for (const name of [`l10n/bundle.l10n.${language}.json`, `package.nls.${language}.json`]) {
      const lines = readFileSync(new URL(name, root), 'utf8').match(/^ {2}"(?:[^"\\]|\\.)*":/gm)!;
      expect(lines.filter((line, i) => lines.indexOf(line) !== i)).toEqual([]);
      expect(lines.length).toBe(Object.keys(phrasesOf(name)).length);
    }
  });

  it('says every phrase of the manifest and no other', () => {
    expect(Object.keys(manifestPhrases).sort()).toEqual(Object.keys(english).sort());
  });

  it('keeps the placeholders of each phrase', () => {
    for (const [phrase, translation] of Object.entries(bundle)) {
      expect(partsOf(translation, /\{\d+\}/g), phrase).toEqual(partsOf(phrase, /\{\d+\}/g));
    }
  });

  it('keeps the code, the links to settings and commands of each phrase of the manifest', () => {
    // A range in backticks is code; `#name#` in it links to a setting; `(command:…)` is what a link does.
    const kept = /`[^`]+`|\(command:[^)]+\)/g;
    for (const [key, phrase] of Object.entries(english)) {
      expect(partsOf(manifestPhrases[key] ?? '', kept), key).toEqual(partsOf(phrase, kept));
    }
  });

  it('has something to say for each', () => {
    for (const translation of [...Object.values(bundle), ...Object.values(manifestPhrases)]) {
      expect(translation.trim()).not.toBe('');
    }
  });
});

/** in any order, since languages differ in it */
function partsOf(text: string, pattern: RegExp): string[] {
  return (text.match(pattern) ?? []).sort();
}
