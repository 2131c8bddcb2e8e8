import type { ScoredToken } from '../protocol/prediction.ts';
import type { ModelSource } from './modelSource.ts';

interface Path {
  readonly tokens: readonly ScoredToken[];
  readonly probability: number;
  /** what is typed behind them; null when the last of them goes on beyond it */
  readonly untyped: Uint8Array | null;
}

/**
 * The likeliest ways to go on behind what is typed, each up to its first token that does: texts that differ only in how they are cut up to the
 * cursor would be the same. Best first, at most `count` of them; fewer when it is cancelled.
 * @param rewind takes the source back to the place, where it is left
 */
export function likeliestBeginnings(
  source: ModelSource,
  typed: Uint8Array,
  count: number,
  { rewind, cancelled }: { readonly rewind: () => void; readonly cancelled: () => boolean },
): (readonly ScoredToken[])[] {
  // Where nothing is chosen among, it need not be looked further than at the next token.
  if (count === 1) return source.ranked(typed, 1).map((token) => [token]);
  const found: (readonly ScoredToken[])[] = [];
  let open: readonly Path[] = [{ tokens: [], probability: 1, untyped: typed }];
  while (found.length < count) {
    const [best, ...others] = open;
    if (best === undefined) break;
    if (best.untyped === null) {
      found.push(best.tokens);
      open = others;
      continue;
    }
    rewind();
    for (const { id } of best.tokens) source.follow(id);
    if (cancelled() || !source.prepare(cancelled)) break;
    const longer = source.ranked(best.untyped, count).map((token) => longerBy(best, best.untyped!, token));
    open = [...others, ...longer].toSorted((a, b) => b.probability - a.probability);
  }
  rewind();
  return found;
}

function longerBy({ tokens, probability }: Path, untyped: Uint8Array, token: ScoredToken): Path {
  const { length } = token.bytes;
  return {
    tokens: [...tokens, token],
    probability: probability * token.probability,
    // The end of the text has no bytes.
    untyped: length > untyped.length || length === 0 ? null : untyped.subarray(length),
  };
}
