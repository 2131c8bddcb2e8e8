import * as vscode from 'vscode';
import type { Platform } from '../platform/platform.ts';
import { type Outcome, readableMs } from '../statistics/tracker.ts';
import type { CompletionRecords } from './completionProvider.ts';
import { documentName } from './configuration.ts';
import { LatencyRecord } from './latency.ts';
import { ReportCards } from './reportCards.ts';
import { SilenceRecord } from './silenceRecord.ts';
import { StatisticsView } from './statisticsView.ts';
import { SuggestionStatistics } from './suggestionStatistics.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** What was read and not taken is not shown a third time at the same place. */
export function forgetUnwanted(model: WorkspaceModel, outcome: Outcome): void {
  if (outcome.type !== 'rejected' || outcome.shownMs < readableMs) return;
  const { uri, offset, text } = outcome;
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
  if (document === undefined) return;
  const { line, character } = document.positionAt(offset);
  let above = line - 1;
  while (above > 0 && document.lineAt(above).isEmptyOrWhitespace) above--;
  const prefix = document.getText(new vscode.Range(Math.max(0, above), 0, line, character));
  model.refused(prefix, documentName(document), text);
}

/** What follows the suggestions of a window. */
export interface Records extends CompletionRecords {
  readonly reports: ReportCards;
  readonly view: StatisticsView;
}

export function openRecords(
  model: WorkspaceModel,
  platform: Platform,
  storage: vscode.Memento,
  log: vscode.LogOutputChannel,
): Records {
  const latency = new LatencyRecord();
  const statistics = new SuggestionStatistics(storage);
  const reports = new ReportCards(model, platform, storage, log);
  const view = new StatisticsView(statistics, reports, latency);
  return { latency, silences: new SilenceRecord(model), statistics, reports, view };
}

export function recordCommands({ latency, silences, statistics, reports, view }: Records) {
  return {
    snooze: () => silences.snooze(),
    endSnooze: () => silences.endSnooze(),
    showStatistics: () => view.show(),
    resetStatistics: () => {
      latency.reset();
      statistics.reset();
      reports.forget();
    },
    makeReportCard: () => reports.make(),
  };
}
