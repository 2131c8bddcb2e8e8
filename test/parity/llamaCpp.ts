import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installLocked } from '../lockedPackages.ts';

const folder = import.meta.dirname;

/** What is used of node-llama-cpp; its own types are there only once it is installed. */
interface NodeLlamaCpp {
  getLlama(options: object): Promise<Llama>;
}

export interface Llama {
  loadModel(options: object): Promise<Model>;
  /** frees the models and contexts, too */
  dispose(): Promise<void>;
}

export interface Model {
  detokenize(ids: readonly number[]): string;
  createContext(options: object): Promise<Context>;
}

interface Context {
  getSequence(): Sequence;
}

export interface Sequence {
  controlledEvaluate(
    input: readonly (readonly [token: number, options: object])[],
  ): Promise<readonly { readonly next: { readonly logits?: ReadonlyMap<number, number> } }[]>;
  clearHistory(): Promise<void>;
}

const platform = `${process.platform}-${process.arch}`;
/** The others' binaries are replaced by an empty package (package.json). */
const platforms: readonly string[] = ['linux-x64', 'linux-arm64'];

/**
 * Installs the locked llama.cpp beside this file, once.
 * @throws {Error} saying why it can't be installed here
 */
export function installLlamaCpp(): void {
  if (!platforms.includes(platform)) {
    throw new Error(
      `the locked llama.cpp has no binary for ${platform}, only for ${platforms.join(' and ')}`,
    );
  }
  installLocked(folder, 240_000);
}

/** Where its module is, once it is installed. */
export function llamaCppEntry(): URL {
  return pathToFileURL(path.join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js'));
}

/** @throws {Error} when its binary is missing or does not run here */
export async function startLlamaCpp(): Promise<Llama> {
  const { getLlama } = (await import(llamaCppEntry().href)) as NodeLlamaCpp;
  return getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 2, logLevel: 'error' });
}

/** What llama.cpp makes of one sequence. */
export interface Evaluation {
  /** after each token, f32[tokens, vocabSize] */
  readonly logits: Float32Array;
  readonly text: string;
}

/** Evaluates each sequence from an empty cache, on the CPU in float32, the key-value cache too; no token is added. Disposes of `llama`. */
export async function evaluateWithLlamaCpp(
  llama: Llama,
  ggufFile: string,
  sequences: readonly (readonly number[])[],
  vocabSize: number,
): Promise<Evaluation[]> {
  try {
    const model = await llama.loadModel({ modelPath: ggufFile, useMmap: false });
    const sequence = await emptySequence(model, Math.max(...sequences.map((ids) => ids.length)));
    const evaluations: Evaluation[] = [];
    for (const ids of sequences) {
      await sequence.clearHistory();
      evaluations.push({ logits: await logitsOf(sequence, ids, vocabSize), text: model.detokenize(ids) });
    }
    return evaluations;
  } finally {
    await llama.dispose();
  }
}

/** On the CPU in float32, the key-value cache too. */
export async function emptySequence(model: Model, tokens: number): Promise<Sequence> {
  const context = await model.createContext({
    // node-llama-cpp keeps one place free.
    contextSize: tokens + 8,
    threads: 2,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  return context.getSequence();
}

/** @returns after the last of the ids, which go on behind what was evaluated before: f32[vocabSize] */
export async function nextLogits(
  sequence: Sequence,
  ids: readonly number[],
  vocabSize: number,
): Promise<Float32Array> {
  const last = ids.length - 1;
  const options = allLogits(vocabSize);
  const outputs = await sequence.controlledEvaluate(ids.map((id, i) => [id, i === last ? options : {}]));
  return logitsIn(outputs[last]!.next.logits!, vocabSize);
}

async function logitsOf(
  sequence: Sequence,
  ids: readonly number[],
  vocabSize: number,
): Promise<Float32Array> {
  const options = allLogits(vocabSize);
  const outputs = await sequence.controlledEvaluate(ids.map((id) => [id, options] as const));
  const logits = new Float32Array(ids.length * vocabSize);
  outputs.forEach(({ next }, row) => logits.set(logitsIn(next.logits!, vocabSize), row * vocabSize));
  return logits;
}

/** With this sampling the logits of all tokens are handed out, and as they are. */
function allLogits(vocabSize: number): object {
  return { generateNext: { logits: true, options: { temperature: 1, topK: vocabSize, topP: 1, minP: 0 } } };
}

function logitsIn(given: ReadonlyMap<number, number>, vocabSize: number): Float32Array {
  const logits = new Float32Array(vocabSize).fill(NaN);
  for (const [id, logit] of given) logits[id] = logit;
  return logits;
}
