import * as vscode from 'vscode';
import type { InspectorMemory, InspectorRequest } from '../protocol/inspector.ts';
import { isWritten } from './documents.ts';
import { textAround, textAtKept, textBehindTabs, visibleEditor } from './inspectedPlace.ts';
import type { InspectorConversation } from './inspectorConversation.ts';
import { followDelayMs } from './inspectorPace.ts';
import type { InspectorPage } from './inspectorPage.ts';
import { keepPage } from './keptPages.ts';
import { reveal } from './reveal.ts';
import type { TrainingHistory } from './trainingHistory.ts';

/** What the page's buttons do. */
export interface InspectorActions {
  train(): void;
  stopTraining(): void;
  showLog(): void;
  /** says what went wrong with something that the user asked for */
  failed(error: unknown): void;
  /** to the log */
  report(stack: string): void;
  openInspector(): void;
}

/** What holds the page: a tab, or a view of the side bar. */
export interface Surface {
  readonly kind: InspectorPage['surface'];
  readonly webview: vscode.Webview;
  readonly visible: boolean;
  onDidHide(listener: () => void): vscode.Disposable;
  onDidDispose(listener: () => void): vscode.Disposable;
}

/** One page: what happens in the editor goes to its conversation, what the page asks for is done. */
export class ShownPage {
  readonly conversation: InspectorConversation;
  readonly #surface: Surface;
  readonly #history: TrainingHistory;
  readonly #actions: InspectorActions;
  readonly #disposables: vscode.Disposable[] = [];
  #followTimer: ReturnType<typeof setTimeout> | null = null;
  /** the last text editor that had the focus: the page itself takes it away */
  #editor: vscode.TextEditor | undefined;
  #hasBegun = false;

  constructor(
    surface: Surface,
    conversation: InspectorConversation,
    history: TrainingHistory,
    actions: InspectorActions,
    editor: vscode.TextEditor | undefined,
  ) {
    this.#surface = surface;
    this.#editor = editor;
    this.conversation = conversation;
    this.#history = history;
    this.#actions = actions;
    const { window, workspace } = vscode;
    this.#disposables.push(
      surface.webview.onDidReceiveMessage((request: InspectorRequest) => this.#receive(request)),
      // Shown again, it is a new page, which says `ready`.
      surface.onDidHide(() => this.conversation.hidden()),
      surface.onDidDispose(() => this.#close()),
      window.onDidChangeActiveTextEditor((editor) => {
        if (editor === undefined) return;
        this.#editor = editor;
        this.#followSoon();
      }),
      // After a reload of the window editors may be there later than the page.
      window.onDidChangeVisibleTextEditors(() => {
        if (this.#editor !== undefined) return;
        this.#editor = visibleEditor(undefined);
        this.#followSoon();
      }),
      window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === this.#editor) this.#followSoon();
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (document === this.#editor?.document) this.#followSoon();
      }),
    );
  }

  /** From now on at this editor's cursor, wherever the page was pinned. */
  lookAt(editor: vscode.TextEditor): void {
    this.#editor = editor;
    this.#hasBegun = true;
    if (this.conversation.pinned) this.conversation.pin(false);
    this.#follow();
  }

  trainingChanged(): void {
    this.conversation.trainingChanged(this.#followTimer !== null);
  }

  #close(): void {
    this.conversation.hidden();
    if (this.#followTimer !== null) clearTimeout(this.#followTimer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #receive(request: InspectorRequest): void {
    switch (request.type) {
      case 'ready':
        void this.#begin(request.memory);
        return;
      case 'inspect':
        void this.conversation.answer(request);
        return;
      case 'ask':
        void this.conversation.ask(request);
        return;
      case 'stop':
        this.conversation.stop(request.kind);
        return;
      case 'essay':
        void this.conversation.essay(request.action);
        return;
      case 'reveal':
        reveal(request.place, this.#editor).catch((error: unknown) => this.#actions.failed(error));
        return;
      case 'copy':
        void vscode.env.clipboard.writeText(request.text);
        return;
      case 'keep':
        keepPage(request).catch((error: unknown) => this.#actions.failed(error));
        return;
      case 'pin':
        this.conversation.pin(request.pinned);
        if (!request.pinned) this.#follow();
        return;
      case 'train':
        this.#actions.train();
        return;
      case 'openInspector':
        this.#actions.openInspector();
        return;
      case 'stopTraining':
        this.#actions.stopTraining();
        return;
      case 'showLog':
        this.#actions.showLog();
        return;
      case 'broken':
        this.#actions.report(request.stack);
        return;
      case 'leave':
        if (this.#editor !== undefined && !this.#editor.document.isClosed) {
          void vscode.window.showTextDocument(this.#editor.document, this.#editor.viewColumn);
        } else void vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup');
    }
  }

  /** The first page of this panel goes back to what a page before the reload looked at. */
  async #begin(memory: InspectorMemory | null): Promise<void> {
    const isFirst = !this.#hasBegun;
    const before = isFirst ? memory : null;
    this.#hasBegun = true;
    if (this.#editor?.document.isClosed === true) this.#editor = undefined;
    this.#editor ??= visibleEditor(before?.place?.uri);
    // Its file may lie behind the page.
    const isKept = before !== null && (before.pinned || this.#editor === undefined);
    let kept = isKept ? await textAtKept(before) : null;
    if (isFirst && this.#editor === undefined) kept ??= await textBehindTabs();
    if (before !== null && before.essay !== null) await this.conversation.essayAlong(before.essay);
    if (!this.#surface.visible) return;
    if (kept === null) this.#follow();
    else {
      this.conversation.follow(kept);
      this.conversation.pin(before?.pinned ?? false);
    }
    this.conversation.ready();
  }

  #followSoon(): void {
    if (this.#followTimer !== null) clearTimeout(this.#followTimer);
    this.#followTimer = setTimeout(() => this.#follow(), followDelayMs(this.#history.isRunning));
  }

  #follow(): void {
    if (this.#followTimer !== null) clearTimeout(this.#followTimer);
    this.#followTimer = null;
    if (!this.#surface.visible || this.conversation.pinned) return;
    // As long as there is none, what was looked at before is.
    if (this.#editor === undefined) return;
    const { document, selection } = this.#editor;
    const isCode = !document.isClosed && isWritten(document);
    this.conversation.follow(isCode ? textAround(document, selection.active) : null);
  }
}
