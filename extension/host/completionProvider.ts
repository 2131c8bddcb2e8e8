import * as vscode from 'vscode';
import { settingSource } from './configuration.ts';
import { logFailure } from './failure.ts';
import type { LatencyRecord } from './latency.ts';
import { completionSettings } from './settings.ts';
import { mayInsertBefore, shownText } from './suggestion.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** More text before the cursor than the model looks at; the rest need not be copied at every key. */
const prefixCharacters = 32_768;
/** The text that is sent begins at a multiple of so many characters: a beginning that moved with every key would change its tokens. */
const prefixStep = 8_192;
/** What is left of 100 ms when the editor and the two threads have had their share. */
const maxMilliseconds = 80;

/** Where a text would be put: it replaces `range`, whose text `head` begins it. */
interface Insertion {
  readonly prefix: string;
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
    if (this.#model.state.state !== 'ready') return null;
    const { enabled, minProbability, maxTokens } = completionSettings(settingSource(document));
    const insertion = enabled ? insertionAt(document, position, context) : null;
    if (insertion === null) return null;
    const { prefix, head, range, restOfLine } = insertion;
    const options = { minTokenProbability: minProbability, maxTokens, maxMilliseconds };
    const completion = await this.#model.complete(prefix, options, signal);
    const text = shownText(completion.text, restOfLine);
    return text === null ? [] : [new vscode.InlineCompletionItem(head + text, range)];
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
  if (selected === undefined) {
    // A replacement of the line so far rather than an insertion, so that the text stays while typed text is taken back.
    const head = line.slice(0, position.character);
    return {
      prefix: textBefore(document, position),
      head,
      range: new vscode.Range(position.line, 0, position.line, position.character),
      restOfLine,
    };
  }
  // The list of suggestions is open: only what continues its selected entry can be shown.
  if (!selected.range.end.isEqual(position)) return null;
  const prefix = textBefore(document, selected.range.start) + selected.text;
  return { prefix, head: selected.text, range: selected.range, restOfLine };
}

function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  const beyond = Math.max(0, document.offsetAt(position) - prefixCharacters);
  const start = document.positionAt(Math.floor(beyond / prefixStep) * prefixStep);
  return document.getText(new vscode.Range(start, position));
}
