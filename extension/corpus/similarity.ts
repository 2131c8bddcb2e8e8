/** Identifiers and keywords of a text, as sorted hashes. */
interface Fingerprint {
  /** of each different one */
  readonly set: Uint32Array;
  /** of each occurrence, told apart by its number among the equal ones */
  readonly multiset: Uint32Array;
}

/** Jaccard similarities, in tenths, from which on a text counts as nearly the same. @source Allamanis 2019, arXiv:1812.06469 */
const setTenths = 8;
const multisetTenths = 7;

/** For each of `texts`, whether it is nearly the same as one of `others`. */
export function findNearDuplicates(texts: readonly Uint8Array[], others: readonly Uint8Array[]): boolean[] {
  const ours = texts.map(fingerprint);
  const theirs = others.map(fingerprint);
  const bySet = anySimilar(
    ours.map(({ set }) => set),
    theirs.map(({ set }) => set),
    setTenths,
  );
  const byMultiset = anySimilar(
    ours.map(({ multiset }) => multiset),
    theirs.map(({ multiset }) => multiset),
    multisetTenths,
  );
  return texts.map((_, i) => bySet[i]! || byMultiset[i]!);
}

function fingerprint(text: Uint8Array): Fingerprint {
  const counts = new Map<number, number>();
  const multiset: number[] = [];
  for (const identifier of identifiers(text)) {
    const count = counts.get(identifier) ?? 0;
    counts.set(identifier, count + 1);
    multiset.push(Math.imul(identifier ^ Math.imul(count, 0x9e3779b1), 0x85ebca6b) >>> 0);
  }
  return { set: Uint32Array.from(counts.keys()).sort(), multiset: Uint32Array.from(multiset).sort() };
}

/** Hashes (FNV-1a) of the runs of letters, digits, `_`, `$` and bytes beyond ASCII that do not begin with a digit. */
function* identifiers(text: Uint8Array): Generator<number> {
  let hash = 0;
  let length = 0;
  let number = false;
  for (let i = 0; i <= text.length; i++) {
    const byte = text[i] ?? space;
    if (isWord[byte] === 1) {
      if (length === 0) {
        hash = 0x811c9dc5;
        number = isDigit(byte);
      }
      hash = Math.imul(hash ^ byte, 0x01000193);
      length++;
    } else if (length > 0) {
      if (!number) yield hash >>> 0;
      length = 0;
    }
  }
}

const space = 32;
function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

const isWord = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || /[\w$]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Of a family of alike files so many are compared with; more would make the time grow with its square. */
const mostHolders = 300;

/**
 * For each of `sets`, whether one of `others` has |A ∩ B| ≥ tenths/10 · |A ∪ B|; never for an empty set. All are sorted.
 * Only those others are compared that share one of the set's |A| − ⌈tenths/10 · |A|⌉ + 1 rarest elements: one that shares
 * none of these shares fewer than tenths/10 · |A|. @source Chaudhuri, Ganti, Kaushik 2006 (prefix filter)
 */
function anySimilar(sets: readonly Uint32Array[], others: readonly Uint32Array[], tenths: number): boolean[] {
  const frequency = new Map<number, number>();
  for (const other of others) {
    for (const element of other) frequency.set(element, (frequency.get(element) ?? 0) + 1);
  }
  const rarest = sets.map((set) =>
    [...set]
      .sort((a, b) => (frequency.get(a) ?? 0) - (frequency.get(b) ?? 0))
      .slice(0, set.length - Math.ceil((tenths * set.length) / 10) + 1),
  );
  const holders = new Map<number, number[]>(rarest.flat().map((element) => [element, []]));
  others.forEach((other, index) => {
    for (const element of other) {
      const some = holders.get(element);
      if (some !== undefined && some.length < mostHolders) some.push(index);
    }
  });
  return sets.map((set, i) => {
    const candidates = new Set(rarest[i]!.flatMap((element) => holders.get(element)!));
    return [...candidates].some((index) => isSimilar(set, others[index]!, tenths));
  });
}

function isSimilar(a: Uint32Array, b: Uint32Array, tenths: number): boolean {
  if (10 * Math.min(a.length, b.length) < tenths * Math.max(a.length, b.length)) return false;
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) shared++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return 10 * shared >= tenths * (a.length + b.length - shared);
}
