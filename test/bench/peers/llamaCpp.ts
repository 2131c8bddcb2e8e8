import { readFileSync } from 'node:fs';
import { serveTrials } from '../../../extension/bench/trialServer.ts';
import { decodedTokens, decodeFrom, prefillTokens, trialPrompt } from '../../../extension/bench/trials.ts';
import type { ModelConfig } from '../../../extension/protocol/model.ts';
import { llamaCppEntry } from '../../parity/llamaCpp.ts';

export interface LlamaSubject {
  readonly kind: 'decode' | 'prefill';
  readonly ggufFile: string;
  readonly config: ModelConfig;
}

/** What is used of node-llama-cpp here; its own types are there only once it is installed. */
interface Sequence {
  evaluate(ids: readonly number[], options: object): AsyncGenerator<number>;
  clearHistory(): Promise<void>;
}

interface Llama {
  loadModel(options: object): Promise<{
    createContext(options: object): Promise<{ getSequence(): Sequence }>;
  }>;
}

const oneThread = { threads: 1, batchSize: prefillTokens, flashAttention: false } as const;

async function open({ kind, ggufFile, config }: LlamaSubject) {
  const entry = llamaCppEntry();
  const { getLlama } = (await import(entry.href)) as { getLlama(options: object): Promise<Llama> };
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    maxThreads: 1,
    logLevel: 'error',
  });
  const model = await llama.loadModel({ modelPath: ggufFile, useMmap: false });
  // node-llama-cpp keeps one place free.
  const context = await model.createContext({ contextSize: prefillTokens + 8, ...oneThread });
  const sequence = context.getSequence();
  const { version } = JSON.parse(readFileSync(new URL('../package.json', entry), 'utf8')) as {
    version: string;
  };
  let tries = 0;
  const run = kind === 'decode' ? decode : prefill;
  return {
    facts: { version: `node-llama-cpp ${version}` },
    run: async () => ({ ms: await run(sequence, config, tries++) }),
    close: () => Promise.resolve(),
  };
}

/** The likeliest token, always; no token ends the text. */
const greedy = { temperature: 0, yieldEogToken: true } as const;

async function decode(sequence: Sequence, config: ModelConfig): Promise<number> {
  await sequence.clearHistory();
  const generator = sequence.evaluate(trialPrompt(config, decodeFrom, 2), greedy);
  await generator.next();
  const start = performance.now();
  for (let i = 0; i < decodedTokens; i++) await generator.next();
  const ms = performance.now() - start;
  await generator.return(undefined);
  return ms;
}

async function prefill(sequence: Sequence, config: ModelConfig, tries: number): Promise<number> {
  await sequence.clearHistory();
  const prompt = trialPrompt(config, prefillTokens, 3 + tries);
  const start = performance.now();
  const generator = sequence.evaluate(prompt, greedy);
  await generator.next();
  const ms = performance.now() - start;
  await generator.return(undefined);
  return ms;
}

void serveTrials(open);
