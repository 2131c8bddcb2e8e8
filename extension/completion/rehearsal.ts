import type { Decoder } from '../engine/decoder.ts';
import type { CompletionOptions } from '../protocol/prediction.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { completeLine } from './line.ts';
import type { ServedIndex } from './servedIndex.ts';

/** No longer than a person waits for a model to be loaded without noticing. */
const mostMs = 100;
const rounds = 3;
/** Words, signs and spaces; more tokens than fit into any context of ours, so that each kernel sees its usual shapes. */
const text = 'for (const value of values) total += value * weight[index]; // sum\n'.repeat(100);

/**
 * Completions that nobody asked for. V8 optimises a function only after it has run for a while, so that without them the first
 * completion that somebody does ask for takes twice as long. They leave nothing behind but the cache of their own text.
 */
export function rehearse(decoder: Decoder, tokenizer: Tokenizer): void {
  inRounds((prefix, late) => completeLine(decoder, tokenizer, prefix, options, late));
}

/** The same of an index: nothing is left behind but a document that nobody has. */
export function rehearseIndex(index: ServedIndex): void {
  inRounds((prefix, late) => index.complete(prefix, { name: '', suffix: '' }, options, late));
}

const options: CompletionOptions = { leastProbability: 0, maxTokens: 20, maxMilliseconds: mostMs };

function inRounds(action: (prefix: string, late: () => boolean) => void): void {
  const end = performance.now() + mostMs;
  const late = (): boolean => performance.now() > end;
  // Each text ends elsewhere: nothing of it is in the decoder's cache.
  for (let round = 1; round <= rounds && !late(); round++) action(text.slice(0, -round * 10), late);
}
