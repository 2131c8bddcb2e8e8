import * as vscode from 'vscode';
import { type Offer, offerOf } from '../statistics/offer.ts';
import { PrecedentTally } from '../statistics/precedentTally.ts';
import {
  counted,
  countedPrecedent,
  fromStored,
  noStatistics,
  type Statistics,
  toStored,
} from '../statistics/statistics.ts';
import { type Outcome, SuggestionTracker } from '../statistics/tracker.ts';
import { Signal } from './signal.ts';

/** Run by the editor when a suggestion is accepted; nobody else's to run, so that the manifest does not have it. */
const acceptedCommand = 'nihilo.suggestionAccepted';
const storageKey = 'nihilo.statistics';
/** What is looked at later than it is due is looked at as it was then. */
const lookEveryMs = 10_000;

/** Follows what becomes of this window's suggestions and adds it up, in the editor's storage for this workspace. Nothing of it is sent anywhere. */
export class SuggestionStatistics implements vscode.Disposable {
  readonly #storage: vscode.Memento;
  readonly #tracker: SuggestionTracker;
  readonly #precedents = new PrecedentTally();
  readonly #changed = new Signal<void>();
  readonly #outcomes = new Signal<Outcome>();
  readonly #subscriptions: vscode.Disposable[];
  #statistics: Statistics;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChange = this.#changed.subscribe;
  /** What becomes of each suggestion; a rejection says what was refused, and where. */
  readonly onOutcome = this.#outcomes.subscribe;

  constructor(storage: vscode.Memento) {
    this.#storage = storage;
    this.#statistics = fromStored(storage.get<unknown>(storageKey)) ?? noStatistics(Date.now());
    this.#tracker = new SuggestionTracker((outcome) => {
      this.#outcomes.emit(outcome);
      const precedent = this.#precedents.add(outcome);
      const statistics = counted(this.#statistics, outcome);
      this.#set(precedent === null ? statistics : countedPrecedent(statistics, precedent));
    });
    const { commands, window, workspace } = vscode;
    this.#subscriptions = [
      commands.registerCommand(acceptedCommand, (id: unknown) => {
        if (typeof id === 'number') this.#tracker.accepted(id, performance.now());
        this.#lookLater();
      }),
      workspace.onDidChangeTextDocument((event) => this.#documentChanged(event)),
      window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === window.activeTextEditor) this.#cursorMoved(textEditor);
      }),
      window.onDidChangeActiveTextEditor((editor) => this.#cursorMoved(editor)),
    ];
  }

  get statistics(): Statistics {
    this.#tracker.advance(performance.now());
    return this.#statistics;
  }

  /**
   * The editor is given these, the likeliest first, and from now on tells of each when it is accepted.
   * @param given so many characters of each text are not the suggestion's own
   * @returns the id of the first; null: none of them is followed
   */
  offered(
    document: vscode.TextDocument,
    position: vscode.Position,
    items: readonly vscode.InlineCompletionItem[],
    given: number,
  ): number | null {
    const offers = items.flatMap((item) => {
      const offer = offerAt(document, position, item, given);
      return offer === null ? [] : [{ item, offer }];
    });
    const [first, ...others] = offers.map(({ offer }) => offer);
    if (first === undefined) return null;
    const ids = this.#tracker.offered([first, ...others], performance.now());
    offers.forEach(({ item }, i) => {
      item.command = { command: acceptedCommand, title: 'Nihilo', arguments: [ids[i]] };
    });
    return ids[0]!;
  }

  /** Whether the workspace has nothing like a suggestion. @param id of `offered` */
  judged(id: number, isUnheardOf: boolean): void {
    this.#precedents.judged(id, isUnheardOf);
  }

  reset(): void {
    this.#set(noStatistics(Date.now()));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#tracker.advance(performance.now());
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #documentChanged({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      offset: rangeOffset,
      length: rangeLength,
      text,
    }));
    this.#tracker.documentChanged({ uri: document.uri.toString(), changes }, performance.now());
    this.#lookLater();
  }

  #cursorMoved(editor: vscode.TextEditor | undefined): void {
    const [uri, offset] =
      editor === undefined
        ? ['', 0]
        : [editor.document.uri.toString(), editor.document.offsetAt(editor.selection.active)];
    this.#tracker.cursorMoved(uri, offset, performance.now());
  }

  #lookLater(): void {
    if (!this.#tracker.isWaiting || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tracker.advance(performance.now());
      this.#lookLater();
    }, lookEveryMs);
  }

  #set(statistics: Statistics): void {
    this.#statistics = statistics;
    void this.#storage.update(storageKey, toStored(statistics));
    this.#changed.emit();
  }
}

/** @returns null where nobody could say what becomes of it */
function offerAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { range, insertText }: vscode.InlineCompletionItem,
  given: number,
): Offer | null {
  const start = range?.start ?? position;
  const shaped = typeof insertText === 'string' ? insertText : insertText.value;
  // The editor writes line ends as the document has them.
  const full = document.eol === vscode.EndOfLine.CRLF ? shaped.replaceAll('\n', '\r\n') : shaped;
  const typed = document.getText(new vscode.Range(start, position));
  return offerOf({ uri: document.uri.toString(), start: document.offsetAt(start), typed, full, given });
}
