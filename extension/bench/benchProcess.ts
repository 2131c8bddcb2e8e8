import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compileKernels } from '../engine/instantiate.ts';
import { enginePath } from '../platform/enginePath.ts';
import { nodePlatform } from '../platform/node.ts';
import { measureAccuracy } from './accuracy.ts';
import type { BenchSubject } from './benchSubject.ts';
import { measureCompletion } from './completionLatency.ts';
import { measureCompletionWait } from './completionWait.ts';
import { measureCounts } from './countsCost.ts';
import { measureOptimizers } from './optimizerCost.ts';
import { serveTrials } from './trialServer.ts';
import { openTrial } from './trials.ts';
import { measureWarmUp } from './warmUpCost.ts';

const platform = nodePlatform();

async function open(subject: BenchSubject) {
  switch (subject.kind) {
    case 'completion':
      return once(async () => {
        const completion = await measureCompletion(platform, subject);
        return { ms: completion.firstP95Ms, completion };
      });
    case 'completionWait':
      return once(async () => {
        const completionWait = await measureCompletionWait(
          platform,
          subject.folder,
          subject.threads,
          subject.reproducible,
        );
        return { ms: completionWait.waitMs.max, completionWait };
      });
    case 'warmUp':
      return once(async () => {
        const { build } = await compileKernels((name) => platform.readAsset(name), subject.reproducible);
        const warmUp = await measureWarmUp(platform, build);
        return { ms: Math.max(...warmUp.map(({ fullSpeedAfterMs }) => fullSpeedAfterMs.without)), warmUp };
      });
    case 'optimizers':
      return once(async () => {
        const optimizers = await measureOptimizers(platform, subject);
        return { ms: optimizers.optimizers[0]!.stepMs, optimizers };
      });
    case 'counts':
      return once(async () => {
        const start = performance.now();
        const counts = await measureCounts(platform, subject);
        return { ms: performance.now() - start, counts };
      });
    case 'accuracy':
      return once(async () => {
        const start = performance.now();
        const folder = await mkdtemp(path.join(tmpdir(), 'nihilo-accuracy-'));
        try {
          const accuracy = await measureAccuracy(platform, { ...subject, checkpoint: enginePath(folder) });
          return { ms: performance.now() - start, accuracy };
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      });
    default:
      return openTrial(platform, subject);
  }
}

/** What takes many tries by itself. */
function once(run: () => Promise<object>) {
  return { facts: {}, run, close: () => Promise.resolve() };
}

void serveTrials(open);
