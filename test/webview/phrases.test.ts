import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chinese } from '../../extension/webview/phrases/chinese.ts';
import { english } from '../../extension/webview/phrases/english.ts';

/** Every phrase by its path; what a function says is asked with values of its own. */
function said(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const at = `${path}.${name}`;
    if (typeof value === 'string') return [[at, value]];
    if (typeof value === 'object' && value !== null) return said(value, at);
    const place = { file: 'a.ts', line: 1, column: 2 };
    const speak = value as (...values: unknown[]) => string;
    return [
      [
        at,
        name === 'place' ? speak(place) : speak(...Array.from({ length: speak.length }, (_, i) => 11 + i)),
      ],
    ];
  });
}

/** The same in every language: signs, names and formulas. */
const alike = new Set([
  '.place',
  '.rank',
  '.id',
  '.topP',
  '.errorColumn',
  '.unknown',
  '.language',
  '.sentenceEnd',
  '.tokenName',
]);

test('Chinese says every phrase of the English table and no other', () => {
  expect(
    said(chinese)
      .map(([path]) => path)
      .sort(),
  ).toEqual(
    said(english)
      .map(([path]) => path)
      .sort(),
  );
});

test('every Chinese phrase is Chinese, but for what is the same in every language', () => {
  for (const [path, phrase] of said(chinese)) {
    if (!alike.has(path)) expect(phrase, path).toMatch(/\p{Script=Han}/u);
  }
});

test('every value that an English phrase tells a Chinese one tells, too', () => {
  const values = (phrase: string): string[] => (phrase.match(/\b1[1-9]\b/g) ?? []).sort();
  const chinesePhrases = new Map(said(chinese));
  for (const [path, phrase] of said(english)) {
    if (/\.(teach|boardPicture|repeated)$/.test(path)) continue;
    expect(values(chinesePhrases.get(path)!), path).toEqual(values(phrase));
  }
});

test('in both languages nothing looks ahead, wherever it is said', () => {
  const { gridStep, stages, looksNotAhead } = chinese;
  for (const phrase of [gridStep.masked, stages.attention.look, looksNotAhead])
    expect(phrase).toMatch(/不.*[往向]前看/);
  expect(english.gridStep.masked).toContain('nothing looks ahead');
});

test('what the status bar and the Inspector both speak of has one name in Chinese', () => {
  const bundle = readFileSync(new URL('../../l10n/bundle.l10n.zh-cn.json', import.meta.url), 'utf8');
  const host: Record<string, string> = JSON.parse(bundle);
  const counts = host['counts']!;
  for (const other of ['base', 'imported', 'transformer', 'server']) {
    expect(host[`counts + ${other}`]!.startsWith(`${counts} + `), other).toBe(true);
  }
  expect(chinese.parts.project).toContain(counts);
  expect(host['counts + transformer']).toBe(`${counts} + ${chinese.parts.transformer}`);
  // The text that is held out to judge by.
  expect(host['{0} on held-out files']).toContain('留出');
  expect(chinese.heldOutSeries).toContain('留出');
});
