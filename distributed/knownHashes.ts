import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sameShape } from '../extension/corpus/canaries.ts';
import { TextFolder } from '../extension/corpus/textFolder.ts';
import type { SequenceModel } from '../extension/counts/sequenceModel.ts';
import { SecretProbe } from '../extension/indexing/secretProbe.ts';
import { nodeFiles } from '../extension/platform/nodeFiles.ts';
import { type AuditTally, type Probe, tally } from '../extension/protocol/audit.ts';
import type { Tokenizer } from '../extension/tokenizer/tokenizer.ts';
import { filesBelow } from './filesBelow.ts';

/** What a model knows of digests and identifiers by where they stand. */
export interface KnownHashes {
  /** in the text that it has learnt from, by how often they stand there: at least `times`, fewer than those of the next */
  readonly learnt: readonly (AuditTally & { readonly times: number })[];
  /** in text of the same kind that it has not learnt from */
  readonly unread: AuditTally;
  /** what it wrote word for word, each behind the file that has it first */
  readonly examples: readonly string[];
}

interface Hash {
  readonly file: string;
  /** UTF-8, of the file that has it first */
  readonly before: Uint8Array;
  readonly isAsked: boolean;
  times: number;
}

const leastTimes = [1, 2, 4];
/** Of a file that is a table of them, so many are asked for. */
const mostOfFile = 5;
/** What is read is only nearly known where the last file that was read is looked for: a hundredth of the text around it is left out. */
const margin = 0.01;
/** 32 random digits have 14 of the 16, and as many steps from one to the next: what has fewer was written by hand. */
const fewestKinds = 10;

const hexadecimal =
  /(?<![0-9A-Za-z])(?:[0-9a-f]{32,64}|[0-9A-F]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])/g;

/** Digests and identifiers of 32 to 64 hexadecimal digits that look random, each time that they stand in a text. */
export function hashesIn(text: string): { readonly text: string; readonly at: number }[] {
  return Array.from(text.matchAll(hexadecimal), ({ 0: found, index }) => ({ text: found, at: index })).filter(
    ({ text: found }) => looksRandom(found),
  );
}

function looksRandom(hash: string): boolean {
  const digits = Array.from(hash.replaceAll('-', ''), (digit) => Number.parseInt(digit, 16));
  const steps = digits.slice(1).map((digit, i) => (digit - digits[i]! + 16) % 16);
  return [digits, steps].every((kinds) => new Set(kinds).size >= fewestKinds);
}

/** Random hexadecimal digits where `hash` has some, the same for the same seed. @param kept characters at its beginning */
export function otherHash(hash: string, kept: number, seed: string): string {
  const digits = /[A-F]/.test(hash) ? '0123456789ABCDEF' : '0123456789abcdef';
  return sameShape(hash, kept, seed, (character) => (character === '-' ? null : digits));
}

/**
 * Asks for random strings that a text has by itself: what a model knows of those that it has read, and not of others, it knows by heart.
 * @param folder of the text, with `train` and `heldOut`
 * @param share of `train` that was learnt from, in the order of a tokenization by `seed`
 */
export async function knownHashes(
  model: SequenceModel,
  tokenizer: Tokenizer,
  folder: string,
  { share, seed }: { readonly share: number; readonly seed: number },
): Promise<KnownHashes> {
  const { read, unread } = await partsRead(path.join(folder, 'train'), share, seed);
  const learnt = hashesOf(read);
  const others = hashesOf([...unread, ...filesBelow(path.join(folder, 'heldOut'))]);
  for (const text of learnt.keys()) others.delete(text);
  const probe = new SecretProbe(model, tokenizer, otherHash);
  const known = probesOf(learnt, probe);
  const byTimes = leastTimes.map((times, i) => {
    const next = leastTimes[i + 1] ?? Infinity;
    return { times, ...tally(known.filter((each) => each.times >= times && each.times < next)) };
  });
  const examples = known
    .filter(({ reproduced }) => reproduced)
    .map(({ file, text }) => `${path.relative(folder, file)}: ${text}`);
  return { learnt: byTimes, unread: tally(probesOf(others, probe)), examples };
}

function probesOf(
  hashes: ReadonlyMap<string, Hash>,
  probe: SecretProbe,
): (Probe & Pick<Hash, 'file' | 'times'> & { readonly text: string })[] {
  return [...hashes]
    .filter(([, { isAsked }]) => isAsked)
    .map(([text, { file, before, times }]) => ({ text, file, times, ...probe.probe(before, text) }));
}

/** The files that were certainly learnt from, and those that certainly were not. */
async function partsRead(
  folder: string,
  share: number,
  seed: number,
): Promise<{ readonly read: string[]; readonly unread: string[] }> {
  const texts = await TextFolder.list(nodeFiles, folder);
  const bytes = texts.sizes.reduce((sum, size) => sum + size, 0);
  const [read, unread]: [string[], string[]] = [[], []];
  let done = 0;
  for (const i of texts.order(seed, 'reading')) {
    const file = path.join(folder, texts.paths[i]!);
    done += texts.sizes[i]!;
    if (done <= (share - margin) * bytes) read.push(file);
    else if (done >= (share + margin) * bytes) unread.push(file);
  }
  return { read, unread };
}

/** Each once, where it is first. */
function hashesOf(files: readonly string[]): Map<string, Hash> {
  const found = new Map<string, Hash>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    let ofFile = 0;
    for (const hash of hashesIn(text)) {
      const known = found.get(hash.text);
      if (known !== undefined) {
        known.times++;
        continue;
      }
      const before = new TextEncoder().encode(text.slice(0, hash.at));
      found.set(hash.text, { file, before, isAsked: ofFile++ < mostOfFile, times: 1 });
    }
  }
  return found;
}
