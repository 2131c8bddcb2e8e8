import * as vscode from 'vscode';
import { essaySeed } from '../protocol/inspecting.ts';
import type { ModelState, NumberAction, PagePart, Wonder } from '../protocol/inspector.ts';
import type { StageId } from '../protocol/stages.ts';
import type { SuggestedHere } from '../protocol/suggested.ts';
import type { AskedPlace } from './askedPlace.ts';
import { cursorTo, textAround, writtenIn } from './inspectedPlace.ts';
import { InspectorConversation } from './inspectorConversation.ts';
import { inspectorPage, inspectorScripts } from './inspectorPage.ts';
import type { RecentSuggestions } from './recentSuggestions.ts';
import { type InspectorActions, ShownPage, type Surface } from './shownPage.ts';
import { spokenMessage } from './spokenMessage.ts';
import type { InspectionEngine } from './stageQuestions.ts';
import { TrainingHistory } from './trainingHistory.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const viewType = 'nihilo.inspector';
const viewId = 'nihilo.why';

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
    const page = this.#open(surfaceOf('sideBar', view, view.onDidChangeVisibility));
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
    const page = this.#open(surfaceOf('tab', panel, panel.onDidChangeViewState));
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

/** @param changed fires when it is shown or hidden, at least */
function surfaceOf(
  kind: Surface['kind'],
  held: vscode.WebviewPanel | vscode.WebviewView,
  changed: vscode.Event<unknown>,
): Surface {
  return {
    kind,
    webview: held.webview,
    get visible() {
      return held.visible;
    },
    onDidHide: (listener) =>
      changed(() => {
        if (!held.visible) listener();
      }),
    onDidDispose: (listener) => held.onDidDispose(listener),
  };
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
