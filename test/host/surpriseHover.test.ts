import { expect, it, vi } from 'vitest';
import { askedPlace } from '../../extension/host/askedPlace.ts';
import { commands } from '../../extension/host/commands.ts';
import { surpriseHover } from '../../extension/host/surpriseHover.ts';
import type { SurpriseRange } from '../../extension/host/surpriseRanges.ts';

vi.mock('vscode', () => ({
  l10n: {
    t: (sentence: string, ...values: unknown[]) =>
      sentence.replaceAll(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
  Range: class {
    readonly start: unknown;
    readonly end: unknown;
    constructor(start: unknown, end: unknown) {
      this.start = start;
      this.end = end;
    }
  },
  MarkdownString: class {
    readonly value: string;
    isTrusted: unknown;
    constructor(value: string) {
      this.value = value;
    }
  },
  Hover: class {
    readonly contents: unknown;
    constructor(contents: unknown) {
      this.contents = contents;
    }
  },
}));

interface Markdown {
  readonly value: string;
  readonly isTrusted: { readonly enabledCommands: readonly string[] };
}

/** Of one line, beginning at the tenth. */
function hoverIn(text: string, found: Partial<SurpriseRange> = {}): Markdown {
  const document = {
    uri: { toString: () => 'file:///shop/a(b).ts' },
    positionAt: (offset: number) => ({ line: 9, character: offset }),
    getText: ({ start, end }: { start: { character: number }; end: { character: number } }) =>
      text.slice(start.character, end.character),
  } as unknown as Parameters<typeof surpriseHover>[0];
  const range: SurpriseRange = {
    start: 0,
    end: text.length,
    bits: -Math.log2(0.62),
    rank: 1,
    others: [
      { bytes: 'sum', probability: 0.11 },
      { bytes: ' items', probability: 0.06 },
    ],
    band: -1,
    ...found,
  };
  return surpriseHover(document, range, 8_192).contents as unknown as Markdown;
}

it('says how likely the token was, its rank, its surprise and what else might have come', () => {
  const { value } = hoverIn('total');
  expect(value.split(' · ').slice(0, 3)).toEqual([
    '` total ` p 0.62 (1st of 8,192)',
    '0.7 bits',
    'also ` sum ` 0.11, ` ·items ` 0.060',
  ]);
});

it.each([
  [2, '2nd'],
  [3, '3rd'],
  [11, '11th'],
  [1_022, '1,022nd'],
])('counts rank %i as %s', (rank, said) => {
  expect(hoverIn('total', { rank }).value).toContain(`(${said} of 8,192)`);
});

it('has two links, each to the place of the token, and trusts exactly these', () => {
  const { value, isTrusted } = hoverIn('let total', { start: 4 });
  const links = [...value.matchAll(/\[([^\]]+)\]\(command:([\w.]+)\?([^)]+)\)/g)];
  expect(links.map(([, label, command]) => [label, command])).toEqual([
    ['Why?', commands.whyThisCompletion],
    ['Pencil', commands.pencil],
  ]);
  for (const [, , , given] of links) {
    expect(JSON.parse(decodeURIComponent(given!)).map(askedPlace)).toEqual([
      { uri: 'file:///shop/a(b).ts', line: 10, column: 5 },
    ]);
  }
  expect(isTrusted).toEqual({ enabledCommands: [commands.whyThisCompletion, commands.pencil] });
});

it('shows text of a file as text: markup, breaks and marks of direction have no effect', () => {
  const { value } = hoverIn('``[x](command:nihilo.train) <img src=x>\n\u202e');
  expect(value.startsWith('``` ``[x](command:nihilo.train)·<img·src=x>⏎⟨U+202E⟩ ``` p 0.62')).toBe(true);
});
