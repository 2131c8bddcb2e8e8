import * as vscode from 'vscode';
import type { Contestant, ReportCard } from '../protocol/reportCard.ts';
import type { Kept, Statistics } from '../statistics/statistics.ts';
import { keptAfterMs } from '../statistics/tracker.ts';
import type { LatencyRecord, LatencySummary } from './latency.ts';
import { type ReportCards, reportSentence } from './reportCards.ts';
import { Signal } from './signal.ts';
import type { SuggestionStatistics } from './suggestionStatistics.ts';

const scheme = 'nihilo-statistics';

/** A page that the editor's own Markdown preview shows. It holds numbers and our own words, nothing of the workspace. */
export class StatisticsView implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #statistics: SuggestionStatistics;
  readonly #reports: ReportCards;
  readonly #latency: LatencyRecord;
  readonly #changed = new Signal<vscode.Uri>();
  readonly #subscriptions: { dispose(): void }[];

  readonly onDidChange = (listener: (uri: vscode.Uri) => void): vscode.Disposable =>
    vscode.Disposable.from(this.#changed.subscribe(listener));

  constructor(statistics: SuggestionStatistics, reports: ReportCards, latency: LatencyRecord) {
    this.#statistics = statistics;
    this.#reports = reports;
    this.#latency = latency;
    const changed = (): void => this.#changed.emit(pageUri());
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      statistics.onDidChange(changed),
      reports.onDidChange(changed),
    ];
  }

  provideTextDocumentContent(): string {
    return [
      `# ${vscode.l10n.t('Nihilo Statistics')}`,
      ...reportLines(this.#reports.last),
      ...suggestionLines(this.#statistics.statistics),
      ...latencyLines(this.#latency.summary()),
      vscode.l10n.t(
        'All of this is counted on this machine for this workspace, and is sent nowhere. _Nihilo: Reset Statistics_ forgets it.',
      ),
    ].join('\n\n');
  }

  async show(): Promise<void> {
    this.#changed.emit(pageUri());
    // Whoever has switched the preview off reads the same as text.
    const hasPreview = vscode.extensions.getExtension(previewer) !== undefined;
    await vscode.commands.executeCommand(hasPreview ? 'markdown.showPreview' : 'vscode.open', pageUri());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** Comes with the editor. */
const previewer = 'vscode.markdown-language-features';

/** Its last part is what the tab is called. */
function pageUri(): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${vscode.l10n.t('Nihilo Statistics')}.md` });
}

function reportLines(card: ReportCard | null): string[] {
  const { t } = vscode.l10n;
  const heading = `## ${t('After the last training')}`;
  if (card === null) return [heading, t('A training ends with a report: there has been none yet.')];
  const rows = card.rows.map(({ contestant, savedKeystrokes, top1, bitsPerByte }) => [
    contestantName(contestant, card),
    share(savedKeystrokes),
    top1 === null ? '–' : share(top1),
    bitsPerByte?.toFixed(2) ?? '–',
  ]);
  const head = ['', t('keystrokes saved'), t('next token right'), t('bits per byte')];
  return [
    heading,
    reportSentence(card),
    table([head, ...rows]),
    t(
      'Measured on text that the training held out. Files: {0}, kilobytes: {1}, lines typed: {2}.',
      card.files,
      (card.bytes / 1_000).toFixed(1),
      card.lines,
    ),
  ];
}

function contestantName(contestant: Contestant, { wordsOf }: ReportCard): string {
  const { t } = vscode.l10n;
  switch (contestant) {
    case 'together':
      return t('counts + transformer');
    case 'counts':
      return t('counts alone');
    case 'words':
      return wordsOf === 'document'
        ? t('word-based suggestions, open file')
        : t('word-based suggestions, its language');
  }
}

function suggestionLines(statistics: Statistics): string[] {
  const { t } = vscode.l10n;
  const { shown, accepted, partlyAccepted, rejected, savedKeystrokes, kept, sinceMs } = statistics;
  const ofShown = (count: number): string => (shown === 0 ? '–' : share(count / shown));
  const since = new Date(sinceMs).toLocaleDateString(vscode.env.language);
  const keptRows = kept.map((one, i) => [keptName(keptAfterMs[i]!), String(one.kept), keptShare(one)]);
  return [
    `## ${t('Suggestions')}`,
    t('Since {0}.', since),
    table([
      ['', t('number'), t('share')],
      [t('shown, for long enough to be read'), String(shown), ''],
      [t('accepted'), String(accepted), ofShown(accepted)],
      [t('accepted in part'), String(partlyAccepted), ofShown(partlyAccepted)],
      [t('something else typed'), String(rejected), ofShown(rejected)],
      [t('keystrokes saved'), String(savedKeystrokes), ''],
      ...keptRows,
    ]),
  ];
}

function keptName(afterMs: number): string {
  const { t } = vscode.l10n;
  return afterMs < 60_000
    ? t('accepted characters still there after {0} s', afterMs / 1_000)
    : t('accepted characters still there after {0} min', afterMs / 60_000);
}

function keptShare({ inserted, kept }: Kept): string {
  return inserted === 0 ? '–' : share(kept / inserted);
}

function latencyLines({ measured, median, p95, worst }: LatencySummary): string[] {
  const { t } = vscode.l10n;
  const ms = (value: number | null): string => (value === null ? '–' : t('{0} ms', value.toFixed(0)));
  return [
    `## ${t('Time to answer')}`,
    t('Of the last {0} times that this window has asked for a suggestion.', measured),
    table([
      [t('median'), t('95th percentile'), t('longest')],
      [ms(median), ms(p95), ms(worst)],
    ]),
  ];
}

/** @param rows the first is the head */
function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head!.map((_, i) => (i === 0 ? ':--' : '--:'));
  return [head!, rule, ...rows].map(line).join('\n');
}

function share(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}
