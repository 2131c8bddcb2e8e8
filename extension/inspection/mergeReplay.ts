import { bytesOrName, latin1 } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { StageAnswers } from '../protocol/stages.ts';
import type { MergeCount, MergeTerm } from '../protocol/workspaceText.ts';

/** Bytes of a token that is replayed, at most: every byte is a step more, and every step has all pieces. */
const longest = 128;
/** Tokens of a count that are written out; the rest is one number that is given. Of a token of many steps each has fewer. */
const [mostListed, leastListed, listedOfAllSteps] = [50, 8, 1_000];
/** Bytes of such a token that are told: a vocabulary may have come from elsewhere, and a message has room for 1 MB. */
const longestTerm = 64;

/**
 * How byte pairs became the token: of the pairs that stand side by side always the one that was learnt first, leftmost first.
 * @param counts how often each token stands in the workspace; null: nobody has counted
 */
export function replayMerges(
  tokenizer: Tokenizer,
  id: number,
  counts: ArrayLike<number> | null,
): StageAnswers['merges'] {
  const bytes = tokenizer.tokenBytes(id);
  if (bytes.length > longest) return { steps: [] };
  const listed = Math.max(leastListed, Math.min(mostListed, Math.floor(listedOfAllSteps / bytes.length)));
  const textOf = (piece: number): string => bytesOrName(tokenizer, piece);
  let pieces = bytes.length === 0 ? [id] : Array.from(bytes, (byte) => singleByte(tokenizer, byte));
  const steps: StageAnswers['merges']['steps'][number][] = [
    { pieces: pieces.map(textOf), merge: null, made: null, count: null },
  ];
  const ranks = new Map(tokenizer.merges.map(({ left, right }, rank) => [pairKey(left, right), rank]));
  for (;;) {
    const next = pieces
      .slice(1)
      .map((right, i) => ({ i, rank: ranks.get(pairKey(pieces[i]!, right)) ?? Infinity }))
      .reduce((best, pair) => (pair.rank < best.rank ? pair : best), { i: -1, rank: Infinity });
    if (next.i < 0) return { steps };
    const { merged } = tokenizer.merges[next.rank]!;
    pieces = [...pieces.slice(0, next.i), merged, ...pieces.slice(next.i + 2)];
    const count = counts === null ? null : mergeCount(tokenizer, next.rank, counts, listed);
    steps.push({ pieces: pieces.map(textOf), merge: next.rank + 1, made: next.i, count });
  }
}

/**
 * How often a merge takes place when the counted text is made into tokens. A token comes about by one merge, of parts that came about by one
 * each: what happened inside of it can be read off the token.
 */
function mergeCount(
  tokenizer: Tokenizer,
  rank: number,
  counts: ArrayLike<number>,
  listed: number,
): MergeCount {
  const times = new Float64Array(tokenizer.vocabSize);
  times[tokenizer.merges[rank]!.merged] = 1;
  for (const { left, right, merged } of tokenizer.merges.slice(rank + 1)) {
    times[merged] = times[left]! + times[right]!;
  }
  const holders: { readonly id: number; readonly times: number; readonly count: number }[] = [];
  times.forEach((held, id) => {
    const count = counts[id] ?? 0;
    if (held > 0 && count > 0) holders.push({ id, times: held, count });
  });
  const sizeOf = ({ times, count }: Omit<MergeTerm, 'bytes'>): number => times * count;
  holders.sort((a, b) => sizeOf(b) - sizeOf(a) || a.id - b.id);
  const sum = (some: typeof holders): number => some.reduce((total, holder) => total + sizeOf(holder), 0);
  const terms = holders.slice(0, listed).map(({ id, times, count }) => ({
    bytes: latin1(tokenizer.tokenBytes(id).subarray(0, longestTerm)),
    times,
    count,
  }));
  return { total: sum(holders), terms, rest: sum(holders.slice(listed)) };
}

function pairKey(left: number, right: number): number {
  return left * 65_536 + right;
}

function singleByte(tokenizer: Tokenizer, byte: number): number {
  return tokenizer.encode(Uint8Array.of(byte))[0]!;
}
