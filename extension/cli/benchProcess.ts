import { nodePlatform } from '../platform/node.ts';
import { openTrial } from '../training/benchmark.ts';
import type { BenchSubject } from './benchSubject.ts';
import { measureCompletion } from './completionLatency.ts';
import { measureCompletionWait } from './completionWait.ts';
import { serveTrials } from './trialServer.ts';

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
        const completionWait = await measureCompletionWait(platform, subject.folder, subject.threads);
        return { ms: completionWait.waitMs.max, completionWait };
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
