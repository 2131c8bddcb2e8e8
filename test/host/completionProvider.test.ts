import { describe, expect, it, vi } from 'vitest';
import type { Question } from '../../extension/completion/suggester.ts';
import { CompletionProvider } from '../../extension/host/completionProvider.ts';
import { RecentSuggestions } from '../../extension/host/recentSuggestions.ts';
import { modelSummary } from './samples.ts';
import { Address } from './diskAsEditor.ts';
import { Range, TextDocument } from './textDocument.ts';

const visible = vi.hoisted((): { document?: object; readonly options: object }[] => []);
const notebooks = vi.hoisted((): unknown[] => []);

vi.mock('vscode', async () => {
  const { Position, Range } = await import('./textDocument.ts');
  return {
    Position,
    Range,
    InlineCompletionItem: Object,
    InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 },
    LogLevel: { Off: 0, Trace: 1, Debug: 2 },
    window: { visibleTextEditors: visible },
    workspace: {
      isTrusted: true,
      workspaceFolders: [],
      notebookDocuments: notebooks,
      getWorkspaceFolder: () => undefined,
      getConfiguration: () => ({ get: () => undefined }),
    },
  };
});

const nothing = { dispose: () => {} };
const uri = Address.file('/code/bundle.js');

/** The editor asks at a place. @param model what the provider asks it for */
async function ask(
  model: object,
  text: string,
  offset: number,
  selected: string | null = null,
  document = new TextDocument(uri, 'javascript', text),
): Promise<RecentSuggestions> {
  const recent = new RecentSuggestions();
  const records = {
    silences: { asked: () => {}, standing: () => null, answered: () => {} },
    latency: { add: () => {} },
    statistics: { offered: () => null },
    recent,
  };
  const log = { logLevel: 0, error: (message: string) => expect.fail(message) };
  const provider = new CompletionProvider(
    { wantIndex: () => {}, ...model } as never,
    records as never,
    {} as never,
    log as never,
  );
  for (const editor of visible) editor.document = document;
  const position = document.positionAt(offset);
  const range = Object.assign(new Range(position, position), { isSingleLine: true });
  const selectedCompletionInfo = selected === null ? undefined : { range, text: selected };
  await provider.provideInlineCompletionItems(
    document as never,
    position as never,
    { triggerKind: 1, selectedCompletionInfo } as never,
    { onCancellationRequested: () => nothing } as never,
  );
  return recent;
}

/** The text before the cursor that the model is given. */
async function prefixAt(text: string, offset: number, selected: string | null = null): Promise<string> {
  const prefixes: string[] = [];
  const suggest = async ({ place }: Question) => {
    prefixes.push(place.prefix);
    return { suggestions: [], silence: { kind: 'lineEnds' }, asked: null, message: null };
  };
  await ask({ suggest }, text, offset, selected);
  expect(prefixes).toHaveLength(1);
  return prefixes[0]!;
}

/** The model looks at 32,768 characters; the text begins at a multiple of 8,192. */
const [side, step] = [32_768, 8_192];

describe('the text before the cursor', () => {
  it('is cut within a long line, at one place while a step of it is typed', async () => {
    const line = Array.from({ length: 40_000 }, (_, i) => `f(${i % 10});`).join('');
    const text = `first();\n${line}\nlast();\n`;
    const begins = new Set<number>();
    for (let typed = 0; typed < step; typed += 256) {
      const offset = 100_000 + typed;
      const prefix = await prefixAt(text, offset);
      const begin = offset - prefix.length;
      expect(prefix).toBe(text.slice(begin, offset));
      expect(prefix.length).toBeGreaterThanOrEqual(side);
      expect(prefix.length).toBeLessThan(side + step);
      begins.add(begin);
    }
    // A multiple of the step, and the next one where the cursor passes it.
    expect([...begins].toSorted((a, b) => a - b)).toEqual([8 * step, 9 * step]);
  });

  it('has the entry of the list that is selected behind what is cut', async () => {
    const line = 'f();'.repeat(40_000);
    const prefix = await prefixAt(line, 100_000, 'forEach');
    expect(prefix.endsWith('f();forEach')).toBe(true);
    expect(prefix.length).toBeLessThan(side + step + 'forEach'.length);
  });

  it.each(['\r\n', '\n'])('ends its lines with line feeds in a document with %j', async (end) => {
    const line = `const value = compute();${end}`;
    const prefix = await prefixAt(line.repeat(4_000), 3_000 * line.length + 5);
    expect(prefix).toMatch(/^(const value = compute\(\);\n)+const$/);
    expect(prefix.length).toBeGreaterThan(side - step);
  });

  it('has whole lines where there are some', async () => {
    const text = 'const value = compute();\n'.repeat(4_000);
    const prefix = await prefixAt(text, 90_010);
    expect(prefix).toBe(text.slice(90_010 - prefix.length, 90_010));
    expect(text[90_010 - prefix.length - 1]).toBe('\n');
  });
});

describe('the text around a cell of a notebook', () => {
  const cellOf = (text: string, languageId = 'python'): TextDocument =>
    new TextDocument(
      Address.from({ scheme: 'vscode-notebook-cell', authority: '', path: '/code/a.ipynb' }),
      languageId,
      text,
    );
  /** Where the cursor is in the last line of one of them. */
  const placeIn = async (cells: readonly TextDocument[], at: number): Promise<Question['place']> => {
    notebooks.splice(0, notebooks.length, {
      uri: Address.file('/code/a.ipynb'),
      getCells: () => cells.map((document) => ({ document })),
    });
    const places: Question['place'][] = [];
    const suggest = async ({ place }: Question) => {
      places.push(place);
      return { suggestions: [], silence: { kind: 'lineEnds' }, asked: null, message: null };
    };
    const text = cells[at]!.getText();
    await ask({ suggest }, text, text.lastIndexOf('\n') + 1, null, cells[at]);
    return places[0]!;
  };

  it('has the other cells of its language, in their order', async () => {
    const cells = [
      cellOf('import a'),
      cellOf('# Title', 'markdown'),
      cellOf(' \n'),
      cellOf('b = 1\nc'),
      cellOf('d()'),
    ];
    const { prefix, suffix } = await placeIn(cells, 3);
    expect([prefix, suffix]).toEqual(['import a\n\nb = 1\n', 'c\n\nd()']);
    expect((await placeIn(cells, 1)).prefix).toBe('');
  });

  it('is as long as that of any other document, in whole lines', async () => {
    const many = Array.from({ length: 99 }, (_, i) => cellOf(`value_${i} = compute()\n`.repeat(60)));
    const { prefix, suffix } = await placeIn(many, 50);
    // The text before the cursor begins, and that behind it ends, at a step.
    for (const [text, most] of [
      [prefix, side + step],
      [suffix, side],
    ] as const) {
      expect(text.length).toBeGreaterThan(most - step - 100);
      expect(text.length).toBeLessThan(most);
    }
    expect([prefix, suffix.trimStart()].map((text) => /^value_\d+ = compute\(\)\n/.test(text))).toEqual([
      true,
      true,
    ]);
    expect(suffix.endsWith('\n')).toBe(true);
  });
});

it.each([
  ['as the editor has found', { insertSpaces: false, tabSize: 8, indentSize: 8 }],
  ['as it was told, where a tab is two of them', { insertSpaces: true, tabSize: 4, indentSize: 2 }],
])('the steps of a document are %s', async (_, options) => {
  visible.splice(0, visible.length, { options });
  const suggest = async ({ place }: Question) => {
    expect(place).toMatchObject(options);
    return { suggestions: [], silence: { kind: 'lineEnds' }, asked: null, message: null };
  };
  await ask({ suggest }, 'x();\n', 5);
  visible.length = 0;
  expect.assertions(1);
});

it.each([
  ['index, where there is one', 'of the index', 'of the index'],
  ['model, where there is none', null, modelSummary.tokenizer],
])('keeps of a suggestion that its tokens are those of the %s', async (_, tokenizer, expected) => {
  const made = { tokens: [{ id: 5, bytes: 'go();', logit: 0, probability: 0.9 }], typed: 0 };
  const suggestion = { text: 'go();', replaced: 0, dedent: 0, acceptance: 0.9, made };
  const asked = { kind: 'new', engineMs: 1 };
  const model = {
    suggest: async () => ({ suggestions: [suggestion], silence: null, asked, message: null }),
    index: { tokenizer },
    state: { state: 'ready', model: modelSummary, origin: 'trained' },
  };
  const recent = await ask(model, 'x();\n', 5);
  for (const one of ['of the index', modelSummary.tokenizer]) {
    const here = recent.at(uri.toString(), 'x();\n', one);
    expect(here?.tokenizer).toBe(one === expected ? one : undefined);
  }
});
