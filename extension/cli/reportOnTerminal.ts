import { requestReportCard } from '../evaluation/reportClient.ts';
import type { Platform } from '../platform/platform.ts';
import type { ReportCard, ReportRequest } from '../protocol/reportCard.ts';
import { Interruption } from './interruption.ts';
import { StepDisplay } from './progressDisplay.ts';

/** After this many seconds no other file is judged. */
const seconds = 20;

/**
 * Judges a model, with its progress on stderr.
 * @returns null when Ctrl-C has ended it
 * @throws {NihiloError} as requestReportCard does
 */
export async function reportOnTerminal(
  platform: Platform,
  request: Omit<ReportRequest, 'seconds'>,
): Promise<ReportCard | null> {
  const display = new StepDisplay(process.stderr);
  const ending = new AbortController();
  const interruption = new Interruption(() => ending.abort());
  try {
    const onProgress = (share: number): void =>
      display.show('percent of a report card', Math.floor(100 * share), 100);
    return await requestReportCard(platform, { ...request, seconds }, onProgress, ending.signal);
  } catch (error) {
    if (ending.signal.aborted) return null;
    throw error;
  } finally {
    display.clear();
    interruption.dispose();
  }
}
