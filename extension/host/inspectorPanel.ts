import * as vscode from 'vscode';
import type {
  InspectorMemory,
  InspectorRequest,
  ModelState,
  NumberAction,
  PagePart,
  Wonder,
} from '../protocol/inspector.ts';
import type { SuggestedHere } from '../protocol/suggested.ts';
import { essaySeed } from '../protocol/inspecting.ts';
import type { StageId } from '../protocol/stages.ts';
import type { AskedPlace } from './askedPlace.ts';
import { isWritten } from './documents.ts';
import { followDelayMs } from './inspectorPace.ts';
import { keepPage } from './keptPages.ts';
import {
  cursorTo,
  textAround,
  textAtKept,
  textBehindTabs,
  visibleEditor,
  writtenIn,
} from './inspectedPlace.ts';
import { InspectorConversation } from './inspectorConversation.ts';
import type { InspectionEngine } from './stageQuestions.ts';
import { type InspectorPage, inspectorPage, inspectorScripts } from './inspectorPage.ts';
import type { RecentSuggestions } from './recentSuggestions.ts';
import { reveal } from './reveal.ts';
import { spokenMessage } from './spokenMessage.ts';
import { TrainingHistory } from './trainingHistory.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const viewType = 'nihilo.inspector';
const viewId = 'nihilo.why';

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
interface Surface {
  readonly kind: InspectorPage['surface'];
  readonly webview: vscode.Webview;
  readonly visible: boolean;
  onDidHide(listener: () => void): vscode.Disposable;
  onDidDispose(listener: () => void): vscode.Disposable;
}

/** The Inspector of this window: at most one tab and one view, with the curves of the last training kept for them from the start. */
export class Inspector implements vscode.Disposable, vscode.WebviewViewProvider {
  readonly #extensionUri: vscode.Uri;
  readonly #model: WorkspaceModel;
  readonly #actions: InspectorActions;
  readonly #doubt: InspectionEngine['doubt'];
  readonly #recent: RecentSuggestions;
  readonly #history = new TrainingHistory();
  readonly #disposables: { dispose(): void }[];
  readonly #pages = new Set<ShownPage>();
  /** the one in the side bar, while there is one */
  #view: { readonly view: vscode.WebviewView; readonly page: ShownPage } | null = null;
  #tab: { readonly panel: vscode.WebviewPanel; readonly page: ShownPage } | null = null;
  #modelState: ModelState;
  /** the last in which somebody wrote: a chapter or a page of settings may hide it when a page is opened */
  #editor = writtenIn(vscode.window.activeTextEditor);

  /** @param recent suggestions, of which can be asked why @param doubt from where on a token is a guess */
  constructor(
    extensionUri: vscode.Uri,
    model: WorkspaceModel,
    actions: InspectorActions,
    recent: RecentSuggestions,
    doubt: InspectionEngine['doubt'],
  ) {
    this.#extensionUri = extensionUri;
    this.#model = model;
    this.#doubt = doubt;
    this.#recent = recent;
    this.#actions = actions;
    this.#modelState = model.state;
    this.#disposables = [
      model.onTrainingEvent((event) => {
        this.#history.record(event);
        for (const page of this.#pages) page.trainingChanged();
      }),
      model.onDidChange(() => this.#modelChanged()),
      vscode.window.onDidChangeActiveTextEditor(
        (editor) => (this.#editor = writtenIn(editor) ?? this.#editor),
      ),
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel) => this.#adopt(panel),
      }),
      vscode.window.registerWebviewViewProvider(viewId, this),
    ];
  }

  /** Opens the panel beside the code, or brings it to the front. @param stage that is shown then; absent: the one it had */
  show(stage?: StageId): void {
    if (this.#tab !== null) this.#tab.panel.reveal();
    else {
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
      this.#adopt(vscode.window.createWebviewPanel(viewType, title(), column));
    }
    if (stage !== undefined) this.#tab?.page.conversation.showStage(stage);
  }

  /** Why the token at a place came. @param place null: what comes at the cursor is asked about */
  why(place: AskedPlace | null): void {
    const editor = cursorTo(place);
    if (editor !== null) this.#wonder({ about: 'why', suggestion: null }, editor);
    else {
      const { activeTextEditor } = vscode.window;
      const suggestion = activeTextEditor === undefined ? null : this.#suggestionIn(activeTextEditor);
      if (suggestion === null) this.show('why');
      else this.#wonder({ about: 'why', suggestion }, activeTextEditor!);
    }
  }

  /** The sheet of the probability of the token at a place. @param place null: of what follows the cursor */
  pencil(place: AskedPlace | null): void {
    this.#wonder({ about: 'pencil' }, cursorTo(place));
  }

  /** What the menu of a number does. @param context as the editor tells of the page whose menu it was */
  onNumber(action: NumberAction, context: unknown): void {
    const page = isOf(context, viewId) ? this.#view?.page : isOf(context, viewType) ? this.#tab?.page : null;
    page?.conversation.onNumber(action);
  }

  /** What is shown at its cursor or was taken there; tokens of counts alone mean nothing to the model. */
  #suggestionIn({ document, selection }: vscode.TextEditor): SuggestedHere | null {
    const { index, state } = this.#model;
    if (index.predicting === 'counts' || state.state !== 'ready') return null;
    const { name, prefix } = textAround(document, selection.active);
    return this.#recent.at(name, prefix, state.model.tokenizer);
  }

  #wonder(wonder: Wonder, editor: vscode.TextEditor | null): void {
    this.show();
    const { page } = this.#tab!;
    if (editor !== null) page.lookAt(editor);
    page.conversation.wonder(wonder);
  }

  /** Gives the keyboard to a part of the page: of the one in the side bar where it is seen and no tab is open, else of the tab. */
  focus(part: PagePart): void {
    if (this.#tab === null && this.#view?.view.visible === true) {
      this.#view.view.show(false);
      this.#view.page.conversation.focus(part);
      return;
    }
    this.show();
    this.#tab?.page.conversation.focus(part);
  }

  /** The essay's example, from random numbers: no workspace and no training is needed. */
  async startFromNothing(): Promise<void> {
    this.show('learning');
    await this.#tab?.page.conversation.essay({ type: 'begin', seed: essaySeed });
  }

  /** The view of the side bar has why, and how a training gets on. */
  resolveWebviewView(view: vscode.WebviewView): void {
    const page = this.#open({
      kind: 'sideBar',
      webview: view.webview,
      get visible() {
        return view.visible;
      },
      onDidHide: (listener) =>
        view.onDidChangeVisibility(() => {
          if (!view.visible) listener();
        }),
      onDidDispose: (listener) => view.onDidDispose(listener),
    });
    this.#view = { view, page };
    view.onDidDispose(() => (this.#view = null));
    page.conversation.showStage('why');
  }

  dispose(): void {
    this.#tab?.panel.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#tab?.panel.dispose();
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, 'media', 'icon.svg');
    const page = this.#open({
      kind: 'tab',
      webview: panel.webview,
      get visible() {
        return panel.visible;
      },
      onDidHide: (listener) =>
        panel.onDidChangeViewState(() => {
          if (!panel.visible) listener();
        }),
      onDidDispose: (listener) => panel.onDidDispose(listener),
    });
    this.#tab = { panel, page };
    panel.onDidDispose(() => {
      if (this.#tab?.panel === panel) this.#tab = null;
    });
  }

  /** The engine is there as long as a page is. */
  #open(surface: Surface): ShownPage {
    const { conversation, html } = this.#connect(surface);
    const page = new ShownPage(surface, conversation, this.#history, this.#actions, this.#editor);
    this.#pages.add(page);
    const release = this.#model.holdInspection();
    surface.onDidDispose(() => {
      this.#pages.delete(page);
      release();
    });
    // Last, so that the page's first message finds its listener.
    surface.webview.html = html;
    return page;
  }

  #connect({ kind, webview }: Surface): { conversation: InspectorConversation; html: string } {
    const bundle = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [bundle] };
    const uriOf = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(bundle, name)).toString();
    return {
      conversation: new InspectorConversation(
        (message) => void webview.postMessage(spokenMessage(message)),
        { ...this.#model.inspection, doubt: this.#doubt },
        this.#history,
        this.#modelState,
      ),
      html: inspectorPage({
        cspSource: webview.cspSource,
        nonce: crypto.randomUUID().replaceAll('-', ''),
        scriptUris: inspectorScripts(vscode.env.language).map(uriOf),
        styleUri: uriOf('inspector.css'),
        language: vscode.env.language,
        title: title(),
        surface: kind,
      }),
    };
  }

  /** The model tells every step of a training; the page needs to know only when it is another model. */
  #modelChanged(): void {
    if (this.#modelState === this.#model.state) return;
    this.#modelState = this.#model.state;
    for (const { conversation } of this.#pages) conversation.modelChanged(this.#modelState);
  }
}

/** One page: what happens in the editor goes to its conversation, what the page asks for is done. */
class ShownPage {
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

/** Whether a menu was one of this webview's. */
function isOf(context: unknown, webview: string): boolean {
  return (
    typeof context === 'object' && context !== null && 'webview' in context && context.webview === webview
  );
}

function title(): string {
  return vscode.l10n.t('Nihilo Inspector');
}
