import { type CursorKind, cursorKinds } from './lines.ts';
import type { GeneratedLine } from './lineGenerator.ts';

export interface LineScore {
  readonly cursors: number;
  /** share of the cursors whose line was completed exactly */
  readonly exact: number;
  /** mean of 1 − edit distance ÷ length of the longer, in characters */
  readonly similarity: number;
}

export type LineScores = Readonly<Record<CursorKind | 'all', LineScore>>;

/** Adds up how well lines were completed, by the kind of place where they were cut. */
export class LineTally {
  readonly #sums = new Map<CursorKind, { cursors: number; exact: number; similarity: number }>();

  /** @param truth what the line goes on with, to its end */
  add(kind: CursorKind, generated: GeneratedLine, truth: Uint8Array): void {
    const sums = this.#sums.get(kind) ?? { cursors: 0, exact: 0, similarity: 0 };
    const [ours, theirs] = [generated.bytes, truth].map((bytes) => new TextDecoder().decode(bytes).trimEnd());
    sums.cursors++;
    sums.exact += Number(generated.complete && ours === theirs);
    sums.similarity += editSimilarity(ours!, theirs!);
    this.#sums.set(kind, sums);
  }

  get scores(): LineScores {
    const of = (kinds: readonly CursorKind[]): LineScore => {
      const sums = kinds.flatMap((kind) => this.#sums.get(kind) ?? []);
      const cursors = sums.reduce((total, one) => total + one.cursors, 0);
      const mean = (field: 'exact' | 'similarity'): number =>
        sums.reduce((total, one) => total + one[field], 0) / Math.max(1, cursors);
      return { cursors, exact: mean('exact'), similarity: mean('similarity') };
    };
    const entries = cursorKinds.map((kind) => [kind, of([kind])] as const);
    return Object.fromEntries([...entries, ['all', of(cursorKinds)]]) as LineScores;
  }
}

/** 1 − Levenshtein distance ÷ length of the longer, in characters; 1 for two empty texts. */
export function editSimilarity(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - editDistance(a, b) / longest;
}

/** @source Wagner and Fischer 1974, one row at a time */
function editDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
