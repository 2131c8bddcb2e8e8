import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Suggester } from '../../extension/completion/suggester.ts';
import { forgetUnwanted } from '../../extension/host/records.ts';
import { SuggestionStatistics } from '../../extension/host/suggestionStatistics.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import type { Candidate } from '../../extension/protocol/prediction.ts';
import { Address } from './diskAsEditor.ts';
import { Range, TextDocument } from './textDocument.ts';

type Listener = (event: unknown) => void;
type Offered = Parameters<SuggestionStatistics['offered']>;

const editor = vi.hoisted(() => ({
  document: null as unknown,
  changed: (() => {}) as Listener,
  accepted: (() => {}) as Listener,
}));

vi.mock('vscode', async () => {
  const { EndOfLine, Position, Range } = await import('./textDocument.ts');
  const nothing = { dispose: () => {} };
  return {
    EndOfLine,
    Position,
    Range,
    commands: {
      registerCommand: (_: string, accepted: Listener) => {
        editor.accepted = accepted;
        return nothing;
      },
    },
    window: { onDidChangeTextEditorSelection: () => nothing, onDidChangeActiveTextEditor: () => nothing },
    workspace: {
      workspaceFolders: [],
      get textDocuments() {
        return [editor.document];
      },
      onDidChangeTextDocument: (changed: Listener) => {
        editor.changed = changed;
        return nothing;
      },
    },
  };
});

const uri = Address.file('/code/a.ts');
/** As the engine says it, whatever the document's line ends are. */
const suggested = 'if (a) {\n  go();\n}';
const begun = 'start();\n';

/** Changes the document, and tells of it as the editor does. */
function write(rangeOffset: number, rangeLength: number, text: string): void {
  const before = (editor.document as TextDocument).getText();
  const after = before.slice(0, rangeOffset) + text + before.slice(rangeOffset + rangeLength);
  editor.document = new TextDocument(uri, 'typescript', after);
  editor.changed({ document: editor.document, contentChanges: [{ rangeOffset, rangeLength, text }] });
}

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));

describe.each([
  ['line feeds', '\n'],
  ['carriage returns and line feeds', '\r\n'],
])('a suggestion of several lines in a document with %s', (_, lineEnd) => {
  const own = suggested.replaceAll('\n', lineEnd);

  /** It is shown at the end of the document. */
  function shown() {
    editor.document = new TextDocument(uri, 'typescript', begun.replaceAll('\n', lineEnd));
    const statistics = new SuggestionStatistics({ get: () => null, update: () => {} } as never);
    const document = editor.document as TextDocument;
    const start = document.getText().length;
    const at = document.positionAt(start);
    const item = { insertText: suggested, range: new Range(at, at), command: undefined as unknown };
    const id = statistics.offered(...([document, at, [item], 0] as unknown as Offered))!;
    vi.advanceTimersByTime(1_000);
    return { statistics, start, id };
  }

  it('is accepted where the editor puts it in, and saves a key for each line end', () => {
    const { statistics, start, id } = shown();
    write(start, 0, own);
    editor.accepted(id);
    expect(statistics.statistics).toMatchObject({
      shown: 1,
      accepted: 1,
      partlyAccepted: 0,
      rejected: 0,
      savedKeystrokes: suggested.length - 1,
    });
  });

  it('is neither refused nor accepted by who types it, with the indentation that comes with a line end', () => {
    const { statistics, start } = shown();
    let at = start;
    for (const key of own.match(/\r?\n *|[^]/g)!) {
      write(at, 0, key);
      at += key.length;
    }
    expect(statistics.statistics).toMatchObject({ shown: 1, accepted: 0, partlyAccepted: 0, rejected: 0 });
  });

  it('that is refused twice is not shown a third time', async () => {
    const suggester = new Suggester(() => Promise.resolve(answered));
    const model = {
      refused: (prefix: string, name: string, text: string) => suggester.refused({ prefix }, name, text),
    };
    for (let i = 0; i < 2; i++) {
      const { statistics, start } = shown();
      statistics.onOutcome((outcome) => forgetUnwanted(model as unknown as WorkspaceModel, outcome));
      write(start, 0, 'x');
    }
    const place = {
      languageId: 'typescript',
      prefix: begun.replaceAll('\n', lineEnd),
      suffix: '',
      insertSpaces: true,
      tabSize: 2,
      indentSize: 2,
    };
    const question = { place, name: uri.toString(), isExplicit: false };
    const eagerness = { leastAcceptance: 0.5, multiline: true, maxTokens: 24, calls: false };
    const { silence } = await suggester.suggest(question, eagerness, new AbortController().signal);
    expect(silence).toEqual({ kind: 'unwanted' });
  });
});

/** A line is sure as a whole. */
const lines = suggested.split(/(?<=\n)/);
const candidate: Candidate = {
  text: suggested,
  probability: 1,
  tokens: lines.map((bytes, id) => ({ id, bytes, logit: 0, probability: 1 })),
  ends: lines.map(
    (_, i) =>
      lines
        .slice(0, i + 1)
        .join('')
        .trimEnd().length,
  ),
  probabilities: lines.map(() => 1),
  withinWord: lines.map(() => false),
  made: lines.map((_, i) => i + 1),
  follows: null,
  unlikely: null,
  stop: 'lineEnd',
};
const answered = { ...candidate, alternatives: [], asks: null, message: null, milliseconds: 1 };
