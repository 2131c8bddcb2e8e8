import { findNearDuplicates } from '../../extension/corpus/similarity.ts';

/** Bands of rows: two sets of Jaccard similarity s meet in a band with probability 1 − (1 − s⁴)¹⁶, 0.9998 at 0.8. */
const bands = 16;
const rowsABand = 4;
/** Of a family of alike files so many are compared with; more would make the time grow with its square. */
const mostAlike = 24;

/**
 * Finds texts that nearly repeat an earlier one. Which texts may be alike is found by MinHash of their identifiers; whether they
 * are is judged by the rule that keeps a workspace's held-out files apart. @source Broder 1997
 */
export class NearDuplicates {
  readonly #buckets = new Map<string, Uint8Array[]>();

  /** @returns whether it nearly repeats one that was added before; then it is not added */
  add(text: Uint8Array): boolean {
    const keys = bucketsOf(text);
    const compared = new Set<Uint8Array>();
    for (const key of keys) {
      for (const other of this.#buckets.get(key) ?? []) {
        if (compared.has(other) || !alikeInLength(text, other)) continue;
        compared.add(other);
      }
    }
    if (compared.size > 0 && findNearDuplicates([text], [...compared])[0]) return true;
    for (const key of keys) {
      const bucket = this.#buckets.get(key) ?? [];
      if (bucket.length < mostAlike) bucket.push(text);
      this.#buckets.set(key, bucket);
    }
    return false;
  }
}

/** Of texts with alike identifiers, lengths are; the rest of a band's chance meetings needs no comparison. */
function alikeInLength(a: Uint8Array, b: Uint8Array): boolean {
  return 3 * Math.min(a.length, b.length) > Math.max(a.length, b.length);
}

function bucketsOf(text: Uint8Array): string[] {
  const least = new Uint32Array(bands * rowsABand).fill(0xffffffff);
  for (const identifier of new Set(identifiers(text))) {
    for (let row = 0; row < least.length; row++) {
      const mixed = Math.imul(identifier ^ seeds[row]!, 0x85ebca6b);
      const hash = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0;
      if (hash < least[row]!) least[row] = hash;
    }
  }
  return Array.from({ length: bands }, (_, band) =>
    [band, ...least.subarray(band * rowsABand, (band + 1) * rowsABand)].join(),
  );
}

const seeds = Uint32Array.from({ length: bands * rowsABand }, (_, row) => Math.imul(row + 1, 0x9e3779b1));

function* identifiers(text: Uint8Array): Generator<number> {
  for (const [word] of Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    .toString('latin1')
    .matchAll(/[A-Za-z_$\x80-\xff][\w$\x80-\xff]*/g)) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    yield hash >>> 0;
  }
}

/** Lines in a row that, found elsewhere too, were copied. */
const linesInARow = 4;
/** A file of which more than this share was copied repeats another's text, changed as it may be. */
const mostCopied = 0.2;

/** The texts that quality is measured on, as what must not come into a corpus. */
export class MeasuredTexts {
  readonly #texts: readonly Uint8Array[];
  readonly #passages = new Set<string>();

  constructor(texts: readonly Uint8Array[]) {
    this.#texts = texts;
    for (const text of texts) for (const passage of passagesOf(text)) this.#passages.add(passage);
  }

  /** For each of `texts`, whether it nearly repeats one of ours as a whole or copies passages of them. */
  repeatedBy(texts: readonly Uint8Array[]): boolean[] {
    const near = findNearDuplicates(texts, this.#texts);
    return texts.map((text, i) => near[i]! || this.#shareOf(text) > mostCopied);
  }

  #shareOf(text: Uint8Array): number {
    const passages = passagesOf(text);
    if (passages.length === 0) return 0;
    return passages.filter((passage) => this.#passages.has(passage)).length / passages.length;
  }
}

/** Every so many lines in a row of those that say something. */
function passagesOf(text: Uint8Array): string[] {
  const lines = new TextDecoder()
    .decode(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /\w{2}.*\w{2}/.test(line));
  return lines
    .slice(0, Math.max(0, lines.length - linesInARow + 1))
    .map((_, i) => lines.slice(i, i + linesInARow).join('\n'));
}
