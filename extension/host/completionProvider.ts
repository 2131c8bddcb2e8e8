import * as vscode from 'vscode';
import type { OpenDocument } from '../protocol/prediction.ts';
import { documentName, settingSource } from './configuration.ts';
import { logFailure } from './failure.ts';
import type { LatencyRecord } from './latency.ts';
import { completionSettings } from './settings.ts';
import { isInsideWord, type SilenceReason, silenceOf } from './silence.ts';
import type { SilenceRecord } from './silenceRecord.ts';
import { mayInsertBefore, shownText } from './suggestion.ts';
import type { SuggestionStatistics } from './suggestionStatistics.ts';
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

/** What follows the answers of the provider. */
export interface CompletionRecords {
  readonly latency: LatencyRecord;
  readonly silences: SilenceRecord;
  readonly statistics: SuggestionStatistics;
}

/** Ghost text: the model's rest of the line at the cursor. Fails silently, with a line in the log. */
export class CompletionProvider implements vscode.InlineCompletionItemProvider {
  readonly #model: WorkspaceModel;
  readonly #records: CompletionRecords;
  readonly #log: vscode.LogOutputChannel;
  #lastFailure: unknown = null;

  constructor(model: WorkspaceModel, records: CompletionRecords, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#records = records;
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
      if (!controller.signal.aborted) {
        this.#failed(error);
        const sentence = error instanceof Error ? error.message : String(error);
        this.#records.silences.answered(document, position, { kind: 'failed', sentence });
      }
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
    const { silences, statistics } = this.#records;
    const { enabled, minProbability, maxTokens } = completionSettings(settingSource(document));
    if (enabled) this.#model.wantIndex();
    silences.asked(context.triggerKind);
    const isExplicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const insertion = silences.standing(document, isExplicit) ?? insertionAt(document, position, context);
    if ('kind' in insertion) {
      silences.answered(document, position, insertion);
      return null;
    }
    const { prefix, suffix, head, range, restOfLine } = insertion;
    const options = { minTokenProbability: minProbability, maxTokens, maxMilliseconds };
    const open = { name: documentName(document), suffix };
    const completion = await this.#model.complete(prefix, open, options, signal);
    const text = shownText(completion.text, restOfLine);
    if (this.#log.logLevel === vscode.LogLevel.Trace) void this.#seenBefore(prefix, open);
    silences.answered(document, position, text === null ? silenceOf(completion) : null);
    if (text === null) return [];
    const item = new vscode.InlineCompletionItem(head + text, range);
    statistics.offered(document, position, [item], head.length);
    return [item];
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
    const { latency } = this.#records;
    latency.add(milliseconds);
    if (this.#log.logLevel === vscode.LogLevel.Off || this.#log.logLevel > vscode.LogLevel.Debug) return;
    const figures = { milliseconds, shown, latency: latency.summary() };
    this.#log.debug(`completion: ${JSON.stringify(figures)}`);
  }

  /** A predictor that keeps failing gives the same reason at every key; once is enough. */
  #failed(error: unknown): void {
    if (error === this.#lastFailure) return;
    this.#lastFailure = error;
    logFailure(error, this.#log, 'completion');
  }
}

/** @returns why not, where nothing may be inserted */
function insertionAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { selectedCompletionInfo: selected }: vscode.InlineCompletionContext,
): Insertion | SilenceReason {
  const line = document.lineAt(position.line).text;
  const restOfLine = line.slice(position.character);
  if (!mayInsertBefore(restOfLine)) {
    return {
      kind: isInsideWord(line.slice(0, position.character), restOfLine) ? 'insideWord' : 'textBehind',
    };
  }
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
  if (!selected.range.end.isEqual(position)) return { kind: 'listElsewhere' };
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
