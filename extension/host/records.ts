import * as vscode from 'vscode';
import type { Platform } from '../platform/platform.ts';
import { withLineFeeds } from '../shaping/place.ts';
import { type Outcome, readableMs } from '../statistics/tracker.ts';
import type { CompletionRecords } from './completionProvider.ts';
import { documentName } from './configuration.ts';
import { cellsAround, textIn } from './documents.ts';
import { LatencyRecord } from './latency.ts';
import { RecentSuggestions } from './recentSuggestions.ts';
import { ReportCards } from './reportCards.ts';
import { SilenceRecord } from './silenceRecord.ts';
import { StatisticsView } from './statisticsView.ts';
import { SuggestionStatistics } from './suggestionStatistics.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** What was read and not taken is not shown a third time at the same place: where it was offered, and where something else was typed. */
export function forgetUnwanted(model: WorkspaceModel, outcome: Outcome): void {
  if (outcome.type !== 'rejected' || outcome.shownMs < readableMs) return;
  const { uri, offset, text, typed } = outcome;
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
  if (document === undefined) return;
  for (const beyond of new Set([0, typed])) {
    const prefix = placeAt(document, document.positionAt(offset + beyond));
    model.refused(prefix, documentName(document), withLineFeeds(text.slice(beyond)));
  }
}

/** The text that a place is known by: its line and the one above that is not empty. */
function placeAt(document: vscode.TextDocument, position: vscode.Position): string {
  let above = position.line - 1;
  while (above > 0 && document.lineAt(above).isEmptyOrWhitespace) above--;
  const text = textIn(document, new vscode.Range(new vscode.Position(Math.max(0, above), 0), position));
  return above > 0 ? text : cellsAround(document).above + text;
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
  const silences = new SilenceRecord(model);
  return { latency, silences, statistics, recent: new RecentSuggestions(), reports, view };
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
