import type { ScoredToken } from '../protocol/prediction.ts';
import type { TokenSource } from './growText.ts';
import { type ChosenToken, mostAmong } from './partings.ts';

/** A source that can be asked for more than one token. */
export interface BeginningSource extends TokenSource {
  /** @returns whether it was not cancelled before the slow part of asking was done */
  prepare(cancelled: () => boolean): boolean;
  /** All tokens that agree with what is typed, with their probabilities among all tokens; where nothing is typed, the `count` likeliest. */
  agreeing(typed: Uint8Array, count: number): readonly ScoredToken[];
}

/** Tokens behind the place. */
interface Path {
  /** null: no token yet */
  readonly last: {
    readonly before: Path;
    readonly token: ScoredToken;
    /** paths of this and of the others that were found at its place */
    readonly beside: readonly Path[];
  } | null;
  /** of all its tokens together, among all texts */
  readonly probability: number;
  /** what is typed behind them; null when it goes no further */
  readonly untyped: Uint8Array | null;
  /** those that are longer by a token; null: nobody has looked */
  longer: readonly Path[] | null;
}

/** Ways that are so much less likely than the likeliest count as if what is typed came behind them for sure: it hardly matters. */
const leastOfLikeliest = 0.05;
/** What is less likely has no share that could be computed. */
const nothing = 1e-200;
/** Places within what is typed that are looked at, as long as nothing is found so many more: of a long name, those furthest behind. */
const mostLooks = 32;

/**
 * The likeliest ways to go on behind what is typed, each up to its first token that does: texts that differ only in how they are cut up to the
 * cursor would be the same. Best first, at most `count` of them; fewer when it is cancelled. Where one is wanted, it may end with what is
 * typed.
 *
 * A token that is only the beginning of what is typed is as likely as it comes and the rest comes behind it: `c` may well be the likeliest
 * token, and yet `co` hardly ever begins with it, because a tokenizer cuts `const` in another way.
 * @param rewind takes the source back to the place, where it is left
 * @returns each token's probability is the share that it has of what comes at its place and goes on as it is typed
 */
export function likeliestBeginnings(
  source: BeginningSource,
  typed: Uint8Array,
  count: number,
  { rewind, cancelled }: { readonly rewind: () => void; readonly cancelled: () => boolean },
): (readonly ChosenToken[])[] {
  const reached = new Set<number>();
  let found: readonly Path[] = [];
  let open: readonly Path[] = [{ last: null, probability: 1, untyped: typed, longer: null }];
  while (reached.size < (found.length > 0 ? mostLooks : 2 * mostLooks)) {
    const [best, ...others] = reached.size < mostLooks ? likeliestFirst(open) : furthestFirst(open);
    const least = found.length < count ? nothing : leastOfLikeliest * found[0]!.probability;
    if (best === undefined || best.probability < least) break;
    open = others;
    const untyped = best.untyped!;
    if (reached.has(untyped.length)) {
      // Of the ways to cut what is typed up to a place the likeliest came first; nobody's text is cut in two ways.
      best.longer = [];
      continue;
    }
    reached.add(untyped.length);
    rewind();
    for (const { id } of tokensOf(best)) source.follow(id);
    if (cancelled() || !source.prepare(cancelled)) break;
    const longer: Path[] = [];
    for (const token of source.agreeing(untyped, Math.max(count, mostAmong)))
      longer.push(longerBy(best, token, longer, count));
    if (untyped.length > 0) best.longer = longer;
    found = likeliestFirst([...found, ...longer.filter((path) => path.untyped === null)]).slice(0, count);
    open = [...open, ...longer.filter((path) => path.untyped !== null)];
  }
  rewind();
  return found.map(withShares);
}

function likeliestFirst(paths: readonly Path[]): readonly Path[] {
  return paths.toSorted((a, b) => b.probability - a.probability);
}

function furthestFirst(paths: readonly Path[]): readonly Path[] {
  return paths.toSorted((a, b) => a.untyped!.length - b.untyped!.length);
}

function longerBy(before: Path, token: ScoredToken, beside: readonly Path[], count: number): Path {
  const { length } = token.bytes;
  const untyped = before.untyped!;
  const probability = before.probability * token.probability;
  // The end of the text has no bytes.
  const isEnough = length > untyped.length || length === 0 || (count === 1 && length === untyped.length);
  return {
    last: { before, token, beside },
    probability,
    untyped: isEnough ? null : untyped.subarray(length),
    longer: null,
  };
}

function tokensOf({ last }: Path): readonly ScoredToken[] {
  return last === null ? [] : [...tokensOf(last.before), last.token];
}

/** How likely its tokens come and what is typed behind them does, too, as far as anybody has looked. */
function massOf({ probability, longer }: Path): number {
  return longer === null ? probability : longer.reduce((sum, path) => sum + massOf(path), 0);
}

/** Each token with its share of what comes at its place and goes on as it is typed, the last among others that go on beyond that. */
function withShares(path: Path): readonly ChosenToken[] {
  if (path.last === null) return [];
  const { before, token, beside } = path.last;
  const shareOf = (other: Path): number => massOf(other) / massOf(before);
  const ways = path.untyped === null ? beside.filter(({ untyped }) => untyped === null) : [path];
  const among = ways.map((way) => ({ bytes: way.last!.token.bytes, probability: shareOf(way) }));
  return [...withShares(before), { ...token, probability: shareOf(path), among }];
}

/** Goes on behind tokens that are given. */
export class Begun implements TokenSource {
  readonly #source: TokenSource;
  readonly #beginning: ChosenToken[];
  readonly #onFollow: () => void;

  /** @param onFollow called behind each token, the given ones among them */
  constructor(source: TokenSource, beginning: readonly ChosenToken[], onFollow: () => void = () => {}) {
    this.#source = source;
    this.#beginning = [...beginning];
    this.#onFollow = onFollow;
  }

  get full(): boolean {
    return this.#source.full;
  }

  choose(typed: Uint8Array, cancelled: () => boolean): ChosenToken | null | 'cancelled' {
    return this.#beginning.shift() ?? this.#source.choose(typed, cancelled);
  }

  follow(id: number): void {
    this.#source.follow(id);
    this.#onFollow();
  }
}
