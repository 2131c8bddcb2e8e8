import * as vscode from 'vscode';
import type { ModelState } from '../protocol/inspector.ts';
import { commands } from './commands.ts';
import { isWritten } from './documents.ts';
import { spokenFailure } from './failure.ts';
import { bandsFromBits, quotedToken, type SurpriseRange, surpriseRanges } from './surpriseRanges.ts';
import { type SurpriseReach, surpriseReach } from './surpriseReach.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const delayMs = 300;
/** Lines above and below what is seen that are marked, too, and marks at most: more slow the editor down. */
const [linesAround, mostMarks] = [50, 1_000];

/** Dotted, dashed, double: the shape says it, the colour helps. */
const shapes = [
  { borderStyle: 'dotted', borderWidth: '0 0 1px 0' },
  { borderStyle: 'dashed', borderWidth: '0 0 1px 0' },
  { borderStyle: 'double', borderWidth: '0 0 3px 0' },
] as const satisfies readonly unknown[] & { readonly length: (typeof bandsFromBits)['length'] };

/** Marks under what the model did not expect, off until they are asked for, and in a hover how likely it was. */
export class Surprises implements vscode.Disposable, vscode.HoverProvider {
  readonly #model: WorkspaceModel;
  readonly #log: vscode.LogOutputChannel;
  readonly #marks = shapes.map((shape) =>
    vscode.window.createTextEditorDecorationType({
      ...shape,
      borderColor: new vscode.ThemeColor('charts.orange'),
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }),
  );
  readonly #disposables: vscode.Disposable[];
  #shown: {
    readonly document: vscode.TextDocument;
    readonly version: number;
    readonly ranges: readonly SurpriseRange[];
  } | null = null;
  /** lets the engine go; null: no marks are wanted */
  #release: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #underWay: AbortController | null = null;
  #modelState: ModelState;

  constructor(model: WorkspaceModel, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#log = log;
    this.#modelState = model.state;
    const { window, workspace, languages } = vscode;
    this.#disposables = [
      ...this.#marks,
      window.onDidChangeActiveTextEditor(() => this.#again()),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor === window.activeTextEditor) this.#again();
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document === window.activeTextEditor?.document) this.#again();
      }),
      model.onDidChange(() => this.#modelChanged()),
      languages.registerHoverProvider({ scheme: '*' }, this),
    ];
  }

  toggle(): void {
    if (this.#release === null) {
      this.#release = this.#model.holdInspection();
      void sayWhyNothingIsMarked(this.#model.state);
    } else {
      this.#underWay?.abort();
      this.#release();
      this.#release = null;
    }
    this.#again();
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | null {
    if (this.#shown?.document !== document || this.#shown.version !== document.version) return null;
    const at = document.offsetAt(position);
    const found = this.#shown.ranges.find(({ start, end }) => start <= at && at < end);
    if (found === undefined) return null;
    const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
    const said = new vscode.MarkdownString();
    said.isTrusted = { enabledCommands: [commands.whyThisCompletion] };
    // As text: what stands in a file is never markup.
    said.appendText(
      vscode.l10n.t(
        'Nihilo: “{0}” had probability {1} here (number {2} of what was expected, {3} bits of surprise). Also: {4}.',
        document.getText(range),
        probabilityShown(2 ** -found.bits),
        found.rank,
        found.bits.toFixed(1),
        found.others
          .map(({ bytes, probability }) => `“${quotedToken(bytes)}” ${probabilityShown(probability)}`)
          .join(' · '),
      ),
    );
    said.appendMarkdown(` [${vscode.l10n.t('Why?')}](command:${commands.whyThisCompletion})`);
    return new vscode.Hover(said, range);
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
    if (this.#shown !== null) this.#clear();
    this.#again();
  }

  /** What is marked may not be there any more: it goes at once, and comes back a little later. */
  #again(): void {
    if (this.#release === null && this.#shown === null) return;
    this.#underWay?.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    const editor = vscode.window.activeTextEditor;
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
    const editor = vscode.window.activeTextEditor;
    const [seen] = editor?.visibleRanges ?? [];
    if (editor === undefined || seen === undefined || !isWritten(editor.document)) return;
    if (this.#model.state.state !== 'ready') return;
    const { document } = editor;
    const { begin, from, to } = reachOf(editor, seen);
    const text = document.getText(new vscode.Range(document.positionAt(begin), document.positionAt(to)));
    const fromByte = new TextEncoder().encode(text.slice(0, from - begin)).length;
    const underWay = new AbortController();
    this.#underWay = underWay;
    const shown = { document, version: document.version, ranges: new Array<SurpriseRange>() };
    try {
      for await (const surprises of this.#model.surprises(text, fromByte, underWay.signal)) {
        if (underWay.signal.aborted || document.version !== shown.version) return;
        for (const range of surpriseRanges(text, surprises))
          shown.ranges.push({ ...range, start: range.start + begin, end: range.end + begin });
        this.#shown = shown;
        const marked = shown.ranges.filter(({ band }) => band >= 0);
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

/** Where there is no model yet, somebody who asks for marks is told what to do; they come with the model. */
async function sayWhyNothingIsMarked(model: ModelState): Promise<void> {
  if (model.state === 'ready' || model.state === 'loading') return;
  const { window, l10n } = vscode;
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

function probabilityShown(probability: number): string {
  return probability.toPrecision(2);
}
