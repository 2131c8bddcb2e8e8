import * as vscode from 'vscode';
import type { Answer, CallTool } from '../completion/suggester.ts';
import { toPlainError } from '../protocol/errors.ts';
import { isUnheardOf } from '../protocol/precedent.ts';
import type { CallMessage } from '../protocol/calling.ts';
import type { OpenDocument } from '../protocol/prediction.ts';
import { insertionAt, type SelectedEntry } from '../shaping/insertion.ts';
import type { Place, Shaped } from '../shaping/shape.ts';
import { documentName, settingSource } from './configuration.ts';
import { cellsAround, isWritten, textIn } from './documents.ts';
import { logFailure, spokenFailure } from './failure.ts';
import type { LanguageServer } from './languageServer.ts';
import type { LatencyRecord } from './latency.ts';
import type { RecentSuggestions } from './recentSuggestions.ts';
import { completionSettings, doubtLimits } from './settings.ts';
import { silenceOf, type SilenceReason } from './silence.ts';
import type { SilenceRecord } from './silenceRecord.ts';
import type { SuggestionStatistics } from './suggestionStatistics.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** More text on one side of the cursor than the model looks at; the rest need not be copied at every key. */
const sideCharacters = 32_768;
/**
 * The text that is sent begins about a multiple of so many characters from the document's beginning, and ends so many from its end: what
 * moved with every key would have other tokens every time. It has whole lines, because half a secret is not known for one.
 */
const sideStep = 8_192;

/** Where a text would be put. */
interface Target {
  readonly place: Place;
  /** so many characters of the item's text are not the suggestion's own */
  readonly given: number;
  /** the suggestion as the editor wants it: what it replaces, and what of that it begins with */
  item(shown: Shaped): vscode.InlineCompletionItem;
}

interface AnsweredItems extends Pick<Answer, 'asked'> {
  readonly items: vscode.InlineCompletionItem[];
}

/** What follows the answers of the provider. */
export interface CompletionRecords {
  readonly latency: LatencyRecord;
  readonly silences: SilenceRecord;
  readonly statistics: SuggestionStatistics;
  readonly recent: RecentSuggestions;
}

/** Ghost text: the model's rest of the line at the cursor. Fails silently, with a line in the log. */
export class CompletionProvider implements vscode.InlineCompletionItemProvider {
  readonly #model: WorkspaceModel;
  readonly #records: CompletionRecords;
  readonly #server: LanguageServer;
  readonly #log: vscode.LogOutputChannel;
  #lastFailure: unknown = null;

  constructor(
    model: WorkspaceModel,
    records: CompletionRecords,
    server: LanguageServer,
    log: vscode.LogOutputChannel,
  ) {
    this.#model = model;
    this.#records = records;
    this.#server = server;
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
      const answer = await this.#items(document, position, context, controller.signal);
      if (answer !== null) this.#measured(performance.now() - start, answer);
      return answer?.items ?? [];
    } catch (error) {
      if (!controller.signal.aborted) {
        this.#failed(error);
        const sentence = spokenFailure(toPlainError(error));
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
  ): Promise<AnsweredItems | null> {
    const { silences, statistics, recent } = this.#records;
    const settings = completionSettings(settingSource(document));
    if (settings.enabled) this.#model.wantIndex();
    silences.asked(context.triggerKind);
    const isExplicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const target = silences.standing(document, isExplicit) ?? targetAt(document, position, context);
    if ('kind' in target) {
      silences.answered(document, position, target);
      return null;
    }
    const question = { place: target.place, name: documentName(document), isExplicit };
    const callTool = this.#callTool(document, position, context);
    const { suggestions, silence, asked, message } = await this.#model.suggest(
      question,
      settings,
      signal,
      callTool,
    );
    if (message !== null) this.#log.debug(`function call: ${loggedCall(message)}`);
    const { prefix, suffix } = target.place;
    if (this.#log.logLevel === vscode.LogLevel.Trace) {
      void this.#seenBefore(prefix, { name: question.name, suffix });
    }
    silences.answered(document, position, silence === null ? null : silenceOf(silence));
    const items = suggestions.map((suggestion) => target.item(suggestion));
    const first = items.length > 0 ? statistics.offered(document, position, items, target.given) : null;
    const [suggestion] = suggestions;
    // What is typed as it was suggested asks nobody anything, and is the suggestion from before.
    if (asked !== null) {
      const { name } = question;
      const tokenizer = completingTokenizer(this.#model);
      if (tokenizer !== null) recent.add(name, prefix, suggestions, tokenizer);
      if (first !== null && suggestion !== undefined)
        void this.#judge(first, prefix, { name, suffix }, suggestion.text);
    }
    return { items, asked };
  }

  /** Whether the workspace has the like of what is shown, for the record of what becomes of it. */
  async #judge(id: number, prefix: string, open: OpenDocument, text: string): Promise<void> {
    try {
      const precedent = await this.#model.inspection.precedent(prefix, open, text);
      if (precedent === null) return;
      this.#records.statistics.judged(id, isUnheardOf(precedent, doubtLimits(settingSource())));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** What is answered is about the document as it is: not about an entry of the list that is only selected. Nor is anybody asked in Restricted Mode. */
  #callTool(
    document: vscode.TextDocument,
    position: vscode.Position,
    { selectedCompletionInfo }: vscode.InlineCompletionContext,
  ): CallTool | null {
    if (!vscode.workspace.isTrusted || selectedCompletionInfo !== undefined) return null;
    return async (call, signal) => {
      const start = performance.now();
      const names = await this.#server.names(document, position, call, signal);
      const answer = { ...call, names: names.length, milliseconds: performance.now() - start };
      this.#log.debug(`asked for names: ${JSON.stringify(answer)}`);
      return names;
    };
  }

  async #seenBefore(prefix: string, open: OpenDocument): Promise<void> {
    try {
      const match = await this.#model.find(prefix, open, true);
      if (match !== null) this.#log.trace(`seen before: ${JSON.stringify(match)}`);
    } catch (error) {
      this.#failed(error);
    }
  }

  #measured(milliseconds: number, { items, asked }: AnsweredItems): void {
    const { latency } = this.#records;
    latency.add(milliseconds);
    if (this.#log.logLevel === vscode.LogLevel.Off || this.#log.logLevel > vscode.LogLevel.Debug) return;
    const figures = { milliseconds, shown: items.length, ...asked, latency: latency.summary() };
    this.#log.debug(`completion: ${JSON.stringify(figures)}`);
  }

  /** A predictor that keeps failing gives the same reason at every key; once is enough. */
  #failed(error: unknown): void {
    if (error === this.#lastFailure) return;
    this.#lastFailure = error;
    logFailure(error, this.#log, 'completion');
  }
}

/** SHA-256 of the tokenizer of what completes: the index where there is one, else the model; null: nothing does any more. */
function completingTokenizer({ index, state }: Pick<WorkspaceModel, 'index' | 'state'>): string | null {
  if (index.tokenizer !== null) return index.tokenizer;
  return state.state === 'ready' ? state.model.tokenizer : null;
}

/** @returns why not, where nothing may be inserted */
function targetAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { selectedCompletionInfo }: vscode.InlineCompletionContext,
): Target | SilenceReason {
  const { line, character } = position;
  let selected: SelectedEntry | null = null;
  if (selectedCompletionInfo !== undefined) {
    const { range, text } = selectedCompletionInfo;
    if (!range.isSingleLine || range.end.line !== line) return { kind: 'listElsewhere' };
    selected = { start: range.start.character, end: range.end.character, text };
  }
  const insertion = insertionAt(document.lineAt(line).text, character, selected);
  if (insertion === null) return { kind: 'listElsewhere' };
  const { from, head, lineSoFar } = insertion;
  // The document has the line up to here; what a selected entry would put in its place comes behind it.
  const there = selected === null ? character : from;
  const prefix = textBefore(document, new vscode.Position(line, there)) + lineSoFar.slice(there);
  const place = {
    ...indentationOf(document),
    languageId: document.languageId,
    prefix,
    suffix: textBehind(document, position),
  };
  return {
    place,
    given: head.length,
    item: ({ text, replaced, dedent }) =>
      new vscode.InlineCompletionItem(
        head.slice(0, head.length - dedent) + text,
        new vscode.Range(line, from, line, character + replaced),
      ),
  };
}

/** How the document is indented: as the editor has found, or been told. */
function indentationOf(
  document: vscode.TextDocument,
): Pick<Place, 'insertSpaces' | 'tabSize' | 'indentSize'> {
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const { insertSpaces, tabSize, indentSize } = shown?.options ?? {};
  const tab = typeof tabSize === 'number' ? tabSize : 4;
  return {
    insertSpaces: typeof insertSpaces === 'boolean' ? insertSpaces : true,
    tabSize: tab,
    indentSize: typeof indentSize === 'number' ? indentSize : tab,
  };
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
  const cut = document.positionAt(Math.floor(beyond / sideStep) * sideStep);
  const start = cut.character === 0 ? cut : new vscode.Position(cut.line + 1, 0);
  const own = textIn(document, new vscode.Range(start.isAfter(position) ? cut : start, position));
  const { above } = cellsAround(document);
  return above === '' ? own : linesFrom(above + own);
}

/** Likewise of a text that is no document. */
function linesFrom(text: string): string {
  const cut = Math.floor(Math.max(0, text.length - sideCharacters) / sideStep) * sideStep;
  return cut === 0 ? text : text.slice(Math.max(cut, text.indexOf('\n', cut - 1) + 1));
}

function textBehind(document: vscode.TextDocument, position: vscode.Position): string {
  const end = document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
  const beyond = Math.max(0, end - document.offsetAt(position) - sideCharacters);
  const cut = document.positionAt(end - Math.ceil(beyond / sideStep) * sideStep);
  const whole = beyond === 0 ? cut : cut.with({ character: 0 });
  const own = textIn(document, new vscode.Range(position, whole.isBefore(position) ? cut : whole));
  const { below } = cellsAround(document);
  return below === '' ? own : linesUpTo(own + below);
}

function linesUpTo(text: string): string {
  const cut = text.length - Math.ceil(Math.max(0, text.length - sideCharacters) / sideStep) * sideStep;
  return cut === text.length ? text : text.slice(0, text.lastIndexOf('\n', cut) + 1 || cut);
}

/** Without the tokens before it: a log holds no more of a text than it must. */
function loggedCall({ tool, argument, probability, returned, text, chosen }: CallMessage): string {
  const names = chosen.map((one) => ({ name: one.name, probability: one.probability }));
  return JSON.stringify({ tool, argument, probability, returned, text, chosen: names });
}
