import * as vscode from 'vscode';
import type { OpenDocument } from '../protocol/prediction.ts';
import { documentName, settingSource } from './configuration.ts';
import { isWritten } from './documents.ts';
import { logFailure } from './failure.ts';
import type { LatencyRecord } from './latency.ts';
import { completionSettings } from './settings.ts';
import { mayInsertBefore, shownText } from './suggestion.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** More text on one side of the cursor than the model looks at; the rest need not be copied at every key. */
const sideCharacters = 32_768;
/**
 * The text that is sent begins a multiple of so many characters from the document's beginning, and ends so many from its end: what moved with
 * every key would have other tokens every time.
 */
const sideStep = 8_192;
/** What is left of 100 ms when the editor and the two threads have had their share. */
const maxMilliseconds = 80;

/** Where a text would be put: it replaces `range`, whose text `head` begins it. */
interface Insertion {
  readonly prefix: string;
  readonly suffix: string;
  readonly head: string;
  readonly range: vscode.Range;
  readonly restOfLine: string;
}

/** Ghost text: the model's rest of the line at the cursor. Fails silently, with a line in the log. */
export class CompletionProvider implements vscode.InlineCompletionItemProvider {
  readonly #model: WorkspaceModel;
  readonly #latency: LatencyRecord;
  readonly #log: vscode.LogOutputChannel;
  #lastFailure: unknown = null;

  constructor(model: WorkspaceModel, latency: LatencyRecord, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#latency = latency;
    this.#log = log;
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    if (!isWritten(document)) return [];
    const start = performance.now();
    const controller = new AbortController();
    const cancelling = token.onCancellationRequested(() => controller.abort());
    try {
      const items = await this.#items(document, position, context, controller.signal);
      if (items !== null) this.#measured(performance.now() - start, items.length);
      return items ?? [];
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(error);
      return [];
    } finally {
      cancelling.dispose();
    }
  }

  /** @returns null when the model was not asked */
  async #items(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    signal: AbortSignal,
  ): Promise<vscode.InlineCompletionItem[] | null> {
    const { enabled, minProbability, maxTokens } = completionSettings(settingSource(document));
    if (enabled) this.#model.wantIndex();
    if (!this.#model.canComplete) return null;
    const insertion = enabled ? insertionAt(document, position, context) : null;
    if (insertion === null) return null;
    const { prefix, suffix, head, range, restOfLine } = insertion;
    const options = { minTokenProbability: minProbability, maxTokens, maxMilliseconds };
    const open = { name: documentName(document), suffix };
    const completion = await this.#model.complete(prefix, open, options, signal);
    const text = shownText(completion.text, restOfLine);
    if (this.#log.logLevel === vscode.LogLevel.Trace) void this.#seenBefore(prefix, open);
    return text === null ? [] : [new vscode.InlineCompletionItem(head + text, range)];
  }

  async #seenBefore(prefix: string, open: OpenDocument): Promise<void> {
    try {
      const match = await this.#model.find(prefix, open);
      if (match !== null) this.#log.trace(`seen before: ${JSON.stringify(match)}`);
    } catch (error) {
      this.#failed(error);
    }
  }

  #measured(milliseconds: number, shown: number): void {
    this.#latency.add(milliseconds);
    if (this.#log.logLevel === vscode.LogLevel.Off || this.#log.logLevel > vscode.LogLevel.Debug) return;
    const figures = { milliseconds, shown, latency: this.#latency.summary() };
    this.#log.debug(`completion: ${JSON.stringify(figures)}`);
  }

  /** A predictor that keeps failing gives the same reason at every key; once is enough. */
  #failed(error: unknown): void {
    if (error === this.#lastFailure) return;
    this.#lastFailure = error;
    logFailure(error, this.#log, 'completion');
  }
}

/** @returns null where nothing may be inserted */
function insertionAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { selectedCompletionInfo: selected }: vscode.InlineCompletionContext,
): Insertion | null {
  const line = document.lineAt(position.line).text;
  const restOfLine = line.slice(position.character);
  if (!mayInsertBefore(restOfLine)) return null;
  const suffix = textBehind(document, position);
  if (selected === undefined) {
    // A replacement of the line so far rather than an insertion, so that the text stays while typed text is taken back.
    const head = line.slice(0, position.character);
    return {
      prefix: textBefore(document, position),
      suffix,
      head,
      range: new vscode.Range(position.line, 0, position.line, position.character),
      restOfLine,
    };
  }
  // The list of suggestions is open: only what continues its selected entry can be shown.
  if (!selected.range.end.isEqual(position)) return null;
  const prefix = textBefore(document, selected.range.start) + selected.text;
  return { prefix, suffix, head: selected.text, range: selected.range, restOfLine };
}

/** The document around a place, as the index is told of it. */
export function openDocumentAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): { readonly prefix: string; readonly open: OpenDocument } {
  const open = { name: documentName(document), suffix: textBehind(document, position) };
  return { prefix: textBefore(document, position), open };
}

function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  const beyond = Math.max(0, document.offsetAt(position) - sideCharacters);
  const start = document.positionAt(Math.floor(beyond / sideStep) * sideStep);
  return document.getText(new vscode.Range(start, position));
}

function textBehind(document: vscode.TextDocument, position: vscode.Position): string {
  const end = document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
  const beyond = Math.max(0, end - document.offsetAt(position) - sideCharacters);
  const cut = document.positionAt(end - Math.ceil(beyond / sideStep) * sideStep);
  return document.getText(new vscode.Range(position, cut));
}
