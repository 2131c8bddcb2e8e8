import { auditInWorker } from '../indexing/auditClient.ts';

import type { Platform } from '../platform/platform.ts';
import { absolutePath } from './absolutePath.ts';
import { auditLines } from './auditLines.ts';
import type { AuditOptions } from './commandLine.ts';
import { untilInterrupted } from './interruption.ts';
import { print, printJson } from './output.ts';
import { StepDisplay } from './progressDisplay.ts';

/** @returns the exit code: 1 where a secret can be reproduced @throws {NihiloError} as audit does */
export async function audit(platform: Platform, folder: string, options: AuditOptions): Promise<number> {
  const { model, canaries, reproducible, json } = options;
  const display = new StepDisplay(process.stderr);
  return untilInterrupted(async (signal) => {
    const request = {
      corpus: { folders: [absolutePath(folder)], exclude: [] },
      checkpoint: model === undefined ? null : absolutePath(model),
      reproducible,
      canaries,
    };
    const onProgress = (done: number, all: number): void => display.show('strings are tried', done, all);
    const report = await auditInWorker(platform, request, onProgress, signal).finally(() => display.clear());
    if (json) printJson(report);
    else print(auditLines(report));
    return [report.transformer, report.mixture].some((tallies) => (tallies?.found.reproduced ?? 0) > 0)
      ? 1
      : 0;
  });
}
