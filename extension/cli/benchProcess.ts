import { nodePlatform } from '../platform/node.ts';
import { openTrial } from '../training/benchmark.ts';
import type { BenchSubject } from './benchSubject.ts';
import { measureCompletion } from './completionLatency.ts';
import { serveTrials } from './trialServer.ts';

const platform = nodePlatform();

async function open(subject: BenchSubject) {
  if (subject.kind !== 'completion') return openTrial(platform, subject);
  const run = async (): Promise<object> => {
    const completion = await measureCompletion(platform, subject);
    return { ms: completion.firstP95Ms, completion };
  };
  return { facts: {}, run, close: () => Promise.resolve() };
}

void serveTrials(open);
