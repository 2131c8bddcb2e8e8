import { excludingGlob } from '../../extension/host/exclusionRules.ts';
import type { Silence } from '../../extension/completion/suggester.ts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  type DocumentFacts,
  type SilenceReason,
  silenceOf,
  standingSilence,
} from '../../extension/host/silence.ts';
import { silenceSentence } from '../../extension/host/silenceWording.ts';

vi.mock('vscode', () => ({
  env: { language: 'en' },
  l10n: {
    t: (sentence: string, ...values: unknown[]) =>
      sentence.replaceAll(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

const open: DocumentFacts = {
  completed: true,
  scheme: 'file',
  language: 'go',
  enabled: true,
  path: 'pkg/main.go',
  excluded: [],
  characters: 1_000,
  manual: false,
  snoozedUntilMs: null,
  canComplete: true,
  stage: null,
};

describe('standingSilence', () => {
  it('is none where nothing speaks against a suggestion', () => {
    expect(standingSilence(open, false)).toBeNull();
  });

  it.each<[Partial<DocumentFacts>, SilenceReason]>([
    [
      { completed: false, scheme: 'output' },
      { kind: 'otherScheme', scheme: 'output' },
    ],
    [{ enabled: false }, { kind: 'languageOff', language: 'go' }],
    [{ excluded: ['docs', '**/*.go'] }, { kind: 'excludedFile', glob: '**/*.go' }],
    [{ path: 'api/.env' }, { kind: 'secretFile' }],
    [{ path: '.aws/config' }, { kind: 'secretFile' }],
    [{ characters: 1_000_001 }, { kind: 'tooLarge' }],
    [{ canComplete: false }, { kind: 'noModel' }],
    [
      { canComplete: false, stage: 'counting' },
      { kind: 'indexNotReady', stage: 'counting' },
    ],
  ])('of %j holds whether somebody asks or not', (facts, reason) => {
    expect(standingSilence({ ...open, ...facts }, false)).toEqual(reason);
    expect(standingSilence({ ...open, ...facts }, true)).toEqual(reason);
  });

  it('of manual mode and of a snooze ends where somebody asks', () => {
    const manual = { ...open, manual: true };
    const snoozed = { ...open, snoozedUntilMs: 5 };
    expect(standingSilence(manual, false)).toEqual({ kind: 'manual' });
    expect(standingSilence(snoozed, false)).toEqual({ kind: 'snoozed', untilMs: 5 });
    for (const facts of [manual, snoozed]) expect(standingSilence(facts, true)).toBeNull();
  });

  it('names what somebody has switched off before what is not ready', () => {
    const facts = { ...open, enabled: false, canComplete: false, manual: true };
    expect(standingSilence(facts, false)).toEqual({ kind: 'languageOff', language: 'go' });
  });
});

describe('excludingGlob', () => {
  it.each([
    ['**/*.md', 'README.md'],
    ['**/fixtures', 'a/fixtures/b/c.ts'],
    ['docs', 'docs/page.ts'],
    ['src/{a,b}.ts', 'src/b.ts'],
  ])('%s agrees with %s', (glob, path) => {
    expect(excludingGlob(['other', glob], path)).toBe(glob);
  });

  it.each([
    ['*.md', 'docs/page.md'],
    ['docs', 'src/docs.ts'],
    ['**/*.md', 'page.mdx'],
  ])('%s does not agree with %s', (glob, path) => {
    expect(excludingGlob([glob], path)).toBeNull();
  });
});

describe('silenceOf', () => {
  it.each<[Silence, SilenceReason]>([
    [
      { kind: 'unsure', acceptance: 0.2, least: 0.75 },
      { kind: 'unsure', probability: 0.2 },
    ],
    [{ kind: 'lineEnds' }, { kind: 'lineEnds' }],
    [{ kind: 'late' }, { kind: 'late' }],
    [{ kind: 'unwanted' }, { kind: 'unwanted' }],
    [{ kind: 'refused', reason: 'midWord' }, { kind: 'insideWord' }],
    [{ kind: 'refused', reason: 'midLine' }, { kind: 'textBehind' }],
    [{ kind: 'refused', reason: 'repeatsAbove' }, { kind: 'standsThere' }],
    [{ kind: 'refused', reason: 'tooShort' }, { kind: 'tooShort' }],
  ])('says of %o as a person is told %o', (silence, reason) => {
    expect(silenceOf(silence)).toEqual(reason);
  });
});

describe('silenceSentence', () => {
  it('is a sentence with the reason’s own value, for every reason', () => {
    const reasons: readonly (readonly [SilenceReason, string])[] = [
      [{ kind: 'otherScheme', scheme: 'output' }, 'output'],
      [{ kind: 'languageOff', language: 'go' }, 'go'],
      [{ kind: 'excludedFile', glob: '**/*.md' }, '**/*.md'],
      [{ kind: 'unwanted' }, 'twice'],
      [{ kind: 'standsThere' }, 'above or below'],
      [{ kind: 'secretFile' }, 'hold secrets'],
      [{ kind: 'tooLarge' }, 'too large'],
      [{ kind: 'manual' }, 'when you ask'],
      [{ kind: 'editorOff' }, 'editor.inlineSuggest.enabled'],
      [{ kind: 'snoozed', untilMs: Date.now() }, 'snoozed until'],
      [{ kind: 'noModel' }, 'nothing to complete with'],
      [{ kind: 'indexNotReady', stage: 'reading' }, 'counted'],
      [{ kind: 'insideWord' }, 'inside a word'],
      [{ kind: 'textBehind' }, 'behind the cursor'],
      [{ kind: 'listElsewhere' }, 'the list'],
      [{ kind: 'unsure', probability: 0.123 }, 'p = 0.12'],
      [{ kind: 'unsure', probability: null }, 'likely enough'],
      [{ kind: 'lineEnds' }, 'complete'],
      [{ kind: 'tooShort' }, 'quicker typed'],
      [{ kind: 'late' }, 'too late'],
      [{ kind: 'failed', sentence: 'Torn.' }, 'Torn.'],
    ];
    const sentences = reasons.map(([reason]) => silenceSentence(reason));
    reasons.forEach(([, part], i) => expect(sentences[i]).toContain(part));
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('puts any text of a setting in as it is', () => {
    fc.assert(
      fc.property(fc.string(), (glob) => {
        expect(silenceSentence({ kind: 'excludedFile', glob })).toContain(glob);
      }),
    );
  });
});
