import * as vscode from 'vscode';
import { settingSource } from './configuration.ts';
import { isWritten, pathForRules } from './documents.ts';
import { completionSettings } from './settings.ts';
import { Signal } from './signal.ts';
import { type SilenceReason, standingSilence } from './silence.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** The last answer of the provider. */
interface Answer {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
  /** null: there was a suggestion */
  readonly reason: SilenceReason | null;
}

const coreSnooze = 'editor.action.inlineSuggest.snooze';
const coreEndSnooze = 'editor.action.inlineSuggest.cancelSnooze';
const snoozeMinutes = [5, 15, 60] as const;

/** Knows why there is no suggestion: what holds for a document, and what the provider said last. */
export class SilenceRecord implements vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #changed = new Signal<void>();
  #answer: Answer | null = null;
  #snoozedUntilMs: number | null = null;
  #snoozeTimer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChange = this.#changed.subscribe;

  constructor(model: WorkspaceModel) {
    this.#model = model;
  }

  get isSnoozed(): boolean {
    return this.#snoozedUntilMs !== null;
  }

  /** Why nothing is suggested anywhere in a document; null: there may be something. */
  standing(document: vscode.TextDocument, explicit: boolean): SilenceReason | null {
    const { enabled, excluded, manual } = completionSettings(settingSource(document));
    const facts = {
      completed: isWritten(document),
      scheme: document.uri.scheme,
      language: document.languageId,
      enabled,
      path: pathForRules(document),
      excluded,
      characters: document.offsetAt(document.lineAt(document.lineCount - 1).range.end),
      manual,
      snoozedUntilMs: this.#snoozedUntilMs,
      canComplete: this.#model.canComplete,
      stage: this.#model.index.stage,
    };
    return standingSilence(facts, explicit);
  }

  /** The same where nobody asks, and perhaps nobody will. */
  unasked(document: vscode.TextDocument): SilenceReason | null {
    const editor = vscode.workspace.getConfiguration('editor', document);
    const isOff = editor.get<unknown>('inlineSuggest.enabled') === false;
    return this.standing(document, false) ?? (isOff ? { kind: 'editorOff' } : null);
  }

  /** The provider is asked. The editor asks for nothing by itself while suggestions are snoozed, so that they no longer are. */
  asked(kind: vscode.InlineCompletionTriggerKind): void {
    if (kind === vscode.InlineCompletionTriggerKind.Automatic) this.#setSnooze(null);
  }

  /** @param reason null: there is a suggestion */
  answered(document: vscode.TextDocument, position: vscode.Position, reason: SilenceReason | null): void {
    this.#answer = { document, version: document.version, position, reason };
    this.#changed.emit();
  }

  /** Why there is no suggestion at the cursor; null: there is one, or nobody knows. */
  here(): SilenceReason | null {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return null;
    const { document, selection } = editor;
    const standing = this.unasked(document);
    if (standing !== null) return standing;
    const answer = this.#answer;
    const isHere =
      answer?.document === document &&
      answer.version === document.version &&
      answer.position.isEqual(selection.active);
    return isHere ? answer.reason : null;
  }

  /** The command: the editor's own snooze, which holds for every extension's suggestions. */
  async snooze(): Promise<void> {
    const { t } = vscode.l10n;
    if (!(await vscode.commands.getCommands(true)).includes(coreSnooze)) {
      void vscode.window.showInformationMessage(
        t('This version of the editor cannot snooze suggestions. They can be turned off for a language.'),
      );
      return;
    }
    const choices = snoozeMinutes.map((minutes) => ({ label: t('{0} minutes', minutes), minutes }));
    const placeHolder = t('How long should there be no suggestions, from whatever extension?');
    const choice = await vscode.window.showQuickPick(choices, { placeHolder });
    if (choice === undefined) return;
    await vscode.commands.executeCommand(coreSnooze, choice.minutes);
    this.#setSnooze(Date.now() + choice.minutes * 60_000);
  }

  async endSnooze(): Promise<void> {
    await vscode.commands.executeCommand(coreEndSnooze);
    this.#setSnooze(null);
  }

  dispose(): void {
    clearTimeout(this.#snoozeTimer);
  }

  #setSnooze(untilMs: number | null): void {
    if (untilMs === this.#snoozedUntilMs) return;
    this.#snoozedUntilMs = untilMs;
    clearTimeout(this.#snoozeTimer);
    if (untilMs !== null) this.#snoozeTimer = setTimeout(() => this.#setSnooze(null), untilMs - Date.now());
    this.#changed.emit();
  }
}
