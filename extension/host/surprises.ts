import * as vscode from 'vscode';
import type { ModelState } from '../protocol/inspector.ts';
import { commands, contextKeys } from './commands.ts';
import { settingSource } from './configuration.ts';
import { isWritten, textIn } from './documents.ts';
import { spokenFailure } from './failure.ts';
import { completionSettings } from './settings.ts';
import { silenceSentence } from './silenceWording.ts';
import { surpriseHover } from './surpriseHover.ts';
import { bandsFromBits, type SurpriseRange, surpriseRanges } from './surpriseRanges.ts';
import { type SurpriseReach, surpriseReach } from './surpriseReach.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const delayMs = 300;
/** Lines above and below what is seen that are marked, too, and marks at most: more slow the editor down. */
const [linesAround, mostMarks] = [50, 1_000];

/** Dotted, dashed, double: the shape says it, the colour helps; where contrast is high there is no tint. */
const shapes = [
  { borderStyle: 'dotted', borderWidth: '0 0 1px 0' },
  {
    borderStyle: 'dashed',
    borderWidth: '0 0 1px 0',
    backgroundColor: new vscode.ThemeColor('nihilo.surprise.background'),
  },
  {
    borderStyle: 'double',
    borderWidth: '0 0 3px 0',
    backgroundColor: new vscode.ThemeColor('nihilo.surprise.strongBackground'),
  },
] as const satisfies readonly unknown[] & { readonly length: (typeof bandsFromBits)['length'] };

/** Marks under what the model did not expect, off until they are asked for, and in a hover how likely it was. */
export class Surprises implements vscode.Disposable, vscode.HoverProvider {
  readonly #model: WorkspaceModel;
  readonly #log: vscode.LogOutputChannel;
  readonly #marks = shapes.map((shape) =>
    vscode.window.createTextEditorDecorationType({
      ...shape,
      borderColor: new vscode.ThemeColor('nihilo.surprise.border'),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }),
  );
  readonly #disposables: vscode.Disposable[];
  #shown: {
    readonly document: vscode.TextDocument;
    readonly version: number;
    readonly ranges: readonly SurpriseRange[];
    readonly vocabulary: number;
  } | null = null;
  /** lets the engine go; null: no marks are wanted */
  #release: (() => void) | null = null;
  /** the last text editor that had the focus */
  #editor = vscode.window.activeTextEditor;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #underWay: AbortController | null = null;
  #modelState: ModelState;
  /** by their keys */
  readonly #told: Record<string, boolean> = {};

  constructor(model: WorkspaceModel, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#log = log;
    this.#modelState = model.state;
    const { window, workspace, languages } = vscode;
    this.#disposables = [
      ...this.#marks,
      window.onDidChangeActiveTextEditor((editor) => {
        this.#tell();
        // The Inspector takes the focus, and the text beside it is still looked at.
        if (editor === undefined) return;
        this.#editor = editor;
        this.#again();
      }),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor === this.#editor) this.#again();
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document === this.#editor?.document) this.#again();
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('nihilo.enabled')) return;
        this.#tell();
        this.#clear();
        this.#again();
      }),
      model.onDidChange(() => this.#modelChanged()),
      languages.registerHoverProvider({ scheme: '*' }, this),
    ];
    this.#tell();
  }

  /** The commands: marks are wanted, or wanted no more. */
  mark(wanted: boolean): void {
    if (wanted) {
      this.#release ??= this.#model.holdInspection();
      void sayWhyNothingIsMarked(this.#model.state, this.#editor?.document);
    } else {
      this.#underWay?.abort();
      this.#release?.();
      this.#release = null;
    }
    this.#tell();
    this.#again();
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | null {
    if (this.#shown?.document !== document || this.#shown.version !== document.version) return null;
    const at = document.offsetAt(position);
    const found = this.#shown.ranges.find(({ start, end }) => start <= at && at < end);
    if (found === undefined) return null;
    return surpriseHover(document, found, this.#shown.vocabulary);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#underWay?.abort();
    this.#release?.();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** The model tells every step of a training; what is marked is another only when it is another model. */
  #modelChanged(): void {
    if (this.#modelState === this.#model.state) return;
    this.#modelState = this.#model.state;
    this.#tell();
    // What a model said stays until the next one says it anew; where there is none, nothing is marked.
    const { state } = this.#modelState;
    if (state !== 'ready' && state !== 'loading') this.#clear();
    this.#again();
  }

  /** What the buttons in the title of an editor ask: whether there are marks, and whether there can be any. */
  #tell(): void {
    const document = vscode.window.activeTextEditor?.document;
    const { state } = this.#model.state;
    const hasModel = state === 'ready' || state === 'loading';
    const now = {
      [contextKeys.marked]: this.#release !== null,
      [contextKeys.markable]: hasModel && document !== undefined && isMarkable(document),
    };
    for (const [key, value] of Object.entries(now)) {
      if (this.#told[key] === value) continue;
      this.#told[key] = value;
      void vscode.commands.executeCommand('setContext', key, value);
    }
  }

  /** What is marked may not be there any more: it goes at once, and comes back a little later. */
  #again(): void {
    this.#underWay?.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#release === null && this.#shown === null) return;
    const editor = this.#editor;
    if (
      this.#release === null ||
      this.#shown?.version !== editor?.document.version ||
      this.#shown?.document !== editor?.document
    )
      this.#clear();
    if (this.#release !== null) this.#timer = setTimeout(() => void this.#mark(), delayMs);
  }

  #clear(): void {
    this.#shown = null;
    for (const editor of vscode.window.visibleTextEditors)
      for (const mark of this.#marks) editor.setDecorations(mark, []);
  }

  async #mark(): Promise<void> {
    if (this.#release === null) return;
    const editor = this.#editor;
    const [seen] = editor?.visibleRanges ?? [];
    if (editor === undefined || seen === undefined || !isMarkable(editor.document)) return;
    if (!vscode.window.visibleTextEditors.includes(editor)) return;
    const model = this.#model.state;
    if (model.state !== 'ready') return;
    const { document } = editor;
    const { begin, from, to } = reachOf(editor, seen);
    const between = (start: number, end: number): string =>
      textIn(document, new vscode.Range(document.positionAt(start), document.positionAt(end)));
    const text = between(begin, to);
    const fromByte = new TextEncoder().encode(between(begin, from)).length;
    const lineEndUnits = document.eol === vscode.EndOfLine.CRLF ? 2 : 1;
    const underWay = new AbortController();
    this.#underWay = underWay;
    const { vocabSize: vocabulary } = model.model.config;
    const ranges: SurpriseRange[] = [];
    const shown = { document, version: document.version, ranges, vocabulary };
    try {
      for await (const surprises of this.#model.surprises(text, fromByte, underWay.signal)) {
        if (underWay.signal.aborted || document.version !== shown.version) return;
        for (const range of surpriseRanges(text, surprises, lineEndUnits))
          ranges.push({ ...range, start: range.start + begin, end: range.end + begin });
        this.#shown = shown;
        const marked = ranges.filter(({ band }) => band >= 0);
        this.#draw(editor, marked.slice(0, mostMarks));
        if (marked.length >= mostMarks) return;
      }
    } catch (error) {
      if (!underWay.signal.aborted) this.#log.warn(`surprise: ${String(error)}`);
    }
  }

  #draw(editor: vscode.TextEditor, marked: readonly SurpriseRange[]): void {
    const { document } = editor;
    this.#marks.forEach((mark, band) => {
      const own = marked.filter((range) => range.band === band);
      editor.setDecorations(
        mark,
        own.map(({ start, end }) => new vscode.Range(document.positionAt(start), document.positionAt(end))),
      );
    });
  }
}

/** Of the lines that are seen and some around them, what can be judged soon. */
function reachOf({ document, selection }: vscode.TextEditor, seen: vscode.Range): SurpriseReach {
  const first = new vscode.Position(Math.max(0, seen.start.line - linesAround), 0);
  const last = document.lineAt(Math.min(document.lineCount - 1, seen.end.line + linesAround)).range.end;
  const offset = (position: vscode.Position): number => document.offsetAt(position);
  return surpriseReach(
    {
      lines: [offset(first), offset(last)],
      seen: [offset(seen.start), offset(seen.end)],
      cursor: offset(selection.active),
    },
    (at) => offset(document.positionAt(at).with({ character: 0 })),
  );
}

/**
 * Where Nihilo is off, or there is no model yet, somebody who asks for marks is told why there are none; they come as soon as it is on, or
 * with the model.
 */
async function sayWhyNothingIsMarked(
  model: ModelState,
  document: vscode.TextDocument | undefined,
): Promise<void> {
  const { window, l10n } = vscode;
  if (document !== undefined && isWritten(document) && !isMarkable(document)) {
    await window.showInformationMessage(
      silenceSentence({ kind: 'languageOff', language: document.languageId }),
    );
    return;
  }
  if (model.state === 'ready' || model.state === 'loading') return;
  if (model.state === 'failed') {
    await window.showErrorMessage(spokenFailure(model.error));
    return;
  }
  const train = l10n.t('Train on Workspace');
  const choice = await window.showInformationMessage(
    l10n.t(
      'Nihilo has no model yet that anything could surprise. Marks come as soon as there is one: train it on this workspace.',
    ),
    train,
  );
  if (choice === train) await vscode.commands.executeCommand(commands.train);
}

/** Whether a model has a say in it: somebody writes there, and Nihilo is on for it. */
function isMarkable(document: vscode.TextDocument): boolean {
  return isWritten(document) && completionSettings(settingSource(document)).enabled;
}
