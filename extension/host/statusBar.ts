import * as vscode from 'vscode';
import type { IndexStage } from '../protocol/indexing.ts';
import type { ModelOrigin } from '../protocol/inspector.ts';
import { commands } from './commands.ts';
import { settingSource } from './configuration.ts';
import { spokenFailure } from './failure.ts';
import { awaySentence } from './remoteWording.ts';
import { completionSettings } from './settings.ts';
import type { SilenceReason } from './silence.ts';
import type { SilenceRecord } from './silenceRecord.ts';
import { silenceSentence } from './silenceWording.ts';
import { type Status, statusOf } from './status.ts';
import { stageName } from './training.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** The one item in the status bar; a click opens the menu. */
export class StatusBar implements vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #silences: SilenceRecord;
  readonly #item: vscode.StatusBarItem;
  readonly #subscriptions: { dispose(): void }[];

  constructor(model: WorkspaceModel, silences: SilenceRecord) {
    this.#model = model;
    this.#silences = silences;
    this.#item = vscode.window.createStatusBarItem('nihilo.status', vscode.StatusBarAlignment.Right);
    this.#item.name = 'Nihilo';
    this.#item.command = commands.showMenu;
    const update = (): void => this.#update();
    this.#subscriptions = [
      model.onDidChange(update),
      silences.onDidChange(update),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.window.onDidChangeTextEditorSelection(update),
      vscode.workspace.onDidChangeConfiguration(update),
    ];
    this.#update();
    this.#item.show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const document = vscode.window.activeTextEditor?.document;
    const standing = document === undefined ? null : this.#silences.unasked(document);
    const status = statusOf(this.#model, standing);
    const { icon, text, tooltip: about } = wording(status);
    const silence = status.kind === 'silent' ? null : this.#silences.here();
    const tooltip = silence === null ? about : `${about}\n\n${silenceSentence(silence)}`;
    // The cursor moves more often than anything changes here, and each assignment is a message to the window.
    if (tooltip === this.#item.tooltip && this.#item.text === `$(${icon}) Nihilo: ${text}`) return;
    this.#item.text = `$(${icon}) Nihilo: ${text}`;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: `Nihilo: ${text}. ${tooltip}`, role: 'button' };
  }
}

/** The language of the active editor when suggestions are off for it. */
export function languageOff(): string | null {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || completionSettings(settingSource(document)).enabled) return null;
  return document.languageId;
}

interface Wording {
  readonly icon: string;
  readonly text: string;
  readonly tooltip: string;
}

function wording(status: Status): Wording {
  const { t } = vscode.l10n;
  switch (status.kind) {
    case 'missing':
      return {
        icon: 'circle-outline',
        text: t('no model'),
        tooltip: t('There is nothing to complete with yet. Click to train a model of this workspace.'),
      };
    case 'indexing':
      return {
        icon: 'loading~spin',
        text: indexStageName(status.stage),
        tooltip: t('The files of the workspace are being counted; suggestions come in a moment.'),
      };
    case 'predicting':
      return predictingWording(status);
    case 'loading':
      return { icon: 'loading~spin', text: t('loading'), tooltip: t('The model is being loaded.') };
    case 'failed':
      return { icon: 'warning', text: t('model unusable'), tooltip: spokenFailure(status.error) };
    case 'silent':
      return silentWording(status.reason);
    case 'ready':
      return {
        icon: 'check',
        text: t('ready'),
        tooltip:
          status.heldOutBitsPerByte === null
            ? t('The model is ready.')
            : t(
                'The model is ready: {0} bits per byte on held-out files.',
                status.heldOutBitsPerByte.toFixed(2),
              ),
      };
    case 'training':
      return trainingWording(status);
  }
}

function silentWording(reason: SilenceReason): Wording {
  const { t } = vscode.l10n;
  const tooltip = silenceSentence(reason);
  if (reason.kind === 'manual' || reason.kind === 'editorOff')
    return { icon: 'circle-outline', text: t('on request'), tooltip };
  if (reason.kind === 'snoozed') return { icon: 'bell-slash', text: t('snoozed'), tooltip };
  return { icon: 'circle-slash', text: t('off here'), tooltip };
}

function predictingWording(status: Extract<Status, { kind: 'predicting' }>): Wording {
  const { stage, predicting, origin, remote, heldOutBitsPerByte } = status;
  const icon = stage === null ? 'check' : 'sync~spin';
  const { text, tooltip } =
    predicting === 'counts' ? countsWording(origin) : mixtureWording(origin, heldOutBitsPerByte);
  const { t } = vscode.l10n;
  switch (remote?.state) {
    case undefined:
      return { icon, text, tooltip };
    case 'answers':
      return {
        icon,
        text: t('counts + server'),
        tooltip: t(
          'Suggestions come from counting and from the model of the server (nihilo.remote.endpoint).',
        ),
      };
    case 'away':
      return {
        icon: 'debug-disconnect',
        text,
        tooltip: `${tooltip}\n\n${awaySentence(remote.failure)}`,
      };
  }
}

/** @param origin of a transformer that is there and not heard yet; null: there is none */
function countsWording(origin: ModelOrigin | null): Omit<Wording, 'icon'> {
  const { t } = vscode.l10n;
  const tooltip =
    origin === null
      ? t(
          'Suggestions come from counting the files of the workspace. Click to train a transformer beside it.',
        )
      : t(
          'Suggestions come from counting; the trained transformer joins when it is known how far to trust it.',
        );
  return { text: t('counts'), tooltip };
}

function mixtureWording(
  origin: ModelOrigin | null,
  heldOutBitsPerByte: number | null,
): Omit<Wording, 'icon'> {
  const { t } = vscode.l10n;
  if (origin === 'imported') {
    return {
      text: t('counts + imported'),
      tooltip: t(
        'Suggestions come from counting the files of the workspace and from the imported model, which knows none of them. Click to train it on them.',
      ),
    };
  }
  if (origin === 'base' || heldOutBitsPerByte === null) {
    return {
      text: t('counts + base'),
      tooltip: t(
        'Suggestions come from counting the files of the workspace and from the base model, which knows none of them. Click to train it on them.',
      ),
    };
  }
  return {
    text: t('counts + transformer'),
    tooltip: t(
      'Suggestions come from counting and from the trained transformer ({0} bits per byte on held-out files).',
      heldOutBitsPerByte.toFixed(2),
    ),
  };
}

function indexStageName(stage: IndexStage): string {
  const { t } = vscode.l10n;
  switch (stage) {
    case 'reading':
      return t('reading');
    case 'tokenizing':
      return t('tokenizing');
    case 'counting':
      return t('counting');
    case 'weighing':
      return t('weighing');
  }
}

function trainingWording({ stage, percent, paused }: Extract<Status, { kind: 'training' }>): Wording {
  const { t } = vscode.l10n;
  const name = paused ? t('paused') : stageName(stage);
  return {
    icon: paused ? 'debug-pause' : 'sync~spin',
    text: percent === null ? name : `${name} ${percent} %`,
    tooltip: t('A model of this workspace is being trained. Click to pause or stop.'),
  };
}
