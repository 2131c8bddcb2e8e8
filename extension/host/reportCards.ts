import * as vscode from 'vscode';
import { requestReportCard } from '../evaluation/reportClient.ts';
import type { Platform } from '../platform/platform.ts';
import type { ReportCard } from '../protocol/reportCard.ts';
import { commands } from './commands.ts';
import { openCorpus, settingSource } from './configuration.ts';
import { logFailure, reportFailure } from './failure.ts';
import { savedPercent, verdictOf } from '../evaluation/reportVerdict.ts';
import { underNotification } from './progress.ts';
import { reproducible } from './settings.ts';
import { Signal } from './signal.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const storageKey = 'nihilo.reportCard';
/** Of what is stored: another shape is another version. */
const version = 1;
/** Longer than this nobody waits for figures. */
const seconds = 20;

/** Says after a training how good the model is on files that it has not learnt from, and keeps the last report. */
export class ReportCards implements vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #platform: Platform;
  readonly #storage: vscode.Memento;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new Signal<void>();
  #running: AbortController | null = null;

  readonly onDidChange = this.#changed.subscribe;

  constructor(
    model: WorkspaceModel,
    platform: Platform,
    storage: vscode.Memento,
    log: vscode.LogOutputChannel,
  ) {
    this.#model = model;
    this.#platform = platform;
    this.#storage = storage;
    this.#log = log;
  }

  /** null before there is one */
  get last(): ReportCard | null {
    const stored = this.#storage.get<{ readonly version: number; readonly card: ReportCard }>(storageKey);
    return stored?.version === version ? stored.card : null;
  }

  /** After a training, if there is a model now that has learnt something; what goes wrong is told by the log. */
  async after(training: Promise<boolean>): Promise<void> {
    try {
      if (await training) await this.#make();
    } catch (error) {
      logFailure(error, this.#log, 'report card');
    }
  }

  /** The command. */
  async make(): Promise<void> {
    try {
      await this.#make();
    } catch (error) {
      void reportFailure(error, this.#log);
    }
  }

  /** Another training makes it worthless. */
  cancel(): void {
    this.#running?.abort();
  }

  forget(): void {
    void this.#storage.update(storageKey, undefined);
    this.#changed.emit();
  }

  dispose(): void {
    this.cancel();
  }

  /** @throws {NihiloError} as requestReportCard does */
  async #make(): Promise<void> {
    this.cancel();
    const running = new AbortController();
    this.#running = running;
    try {
      const card = await this.#withProgress(running);
      this.#log.info(`report card: ${JSON.stringify(card)}`);
      void this.#storage.update(storageKey, { version, card });
      this.#changed.emit();
      void announce(card);
    } catch (error) {
      if (!running.signal.aborted) throw error;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  #withProgress(running: AbortController): Thenable<ReportCard> {
    const title = vscode.l10n.t('Nihilo: looking at how good it is…');
    return underNotification(
      title,
      () => running.abort(),
      async (report) => {
        const request = {
          corpus: openCorpus(),
          checkpoint: this.#model.checkpoint,
          reproducible: reproducible(settingSource()),
          seconds,
        };
        const onProgress = (share: number): void => report(100 * share);
        return requestReportCard(this.#platform, request, onProgress, running.signal);
      },
    );
  }
}

async function announce(card: ReportCard): Promise<void> {
  const show = vscode.l10n.t('Show Report');
  const choice = await vscode.window.showInformationMessage(reportSentence(card), show);
  if (choice === show) await vscode.commands.executeCommand(commands.showStatistics);
}

/** The figures in words; whoever is beaten is not called a success. */
export function reportSentence(card: ReportCard): string {
  const { t } = vscode.l10n;
  const saved = savedPercent(card);
  const { together, counts, words } = saved;
  switch (verdictOf(saved)) {
    case 'ahead':
      return t(
        "On files it has not learnt from, it would have saved {0} % of your keystrokes; counting alone {1} %, VS Code's word-based suggestions {2} %.",
        together,
        counts,
        words,
      );
    case 'behindCounts':
      return t(
        "The training has not paid off yet: on files it has not learnt from, it would have saved {0} % of your keystrokes, no more than counting alone with {1} %; VS Code's word-based suggestions {2} %.",
        together,
        counts,
        words,
      );
    case 'behindWords':
      return t(
        "VS Code's word-based suggestions do as well or better here: on files it has not learnt from, it would have saved {0} % of your keystrokes, they {2} %; counting alone {1} %.",
        together,
        counts,
        words,
      );
  }
}
