import type { ScoredToken } from '../protocol/prediction.ts';
import type { TokenSource } from './growText.ts';
import type { ModelSource } from './modelSource.ts';

/** Tokens behind the place. */
interface Path {
  /** null: no token yet */
  readonly last: { readonly before: Path; readonly token: ScoredToken } | null;
  /** of all its tokens together, among all texts */
  readonly probability: number;
  /** what is typed behind them; null when it goes no further */
  readonly untyped: Uint8Array | null;
  /** how likely its tokens come and what is typed behind them does, too; `probability` where that was not looked at */
  mass: number;
}

/** Ways that are so much less likely than the likeliest count as if what is typed came behind them for sure: it hardly matters. */
const leastOfLikeliest = 0.05;
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
 * @returns of each token the share that it has of what comes at its place and goes on as it is typed
 */
export function likeliestBeginnings(
  source: ModelSource,
  typed: Uint8Array,
  count: number,
  { rewind, cancelled }: { readonly rewind: () => void; readonly cancelled: () => boolean },
): (readonly ScoredToken[])[] {
  const reached = new Set<number>();
  let found: readonly Path[] = [];
  let open: readonly Path[] = [{ last: null, probability: 1, untyped: typed, mass: 1 }];
  while (reached.size < (found.length > 0 ? mostLooks : 2 * mostLooks)) {
    const [best, ...others] = reached.size < mostLooks ? likeliestFirst(open) : furthestFirst(open);
    const least = found.length < count ? 0 : leastOfLikeliest * found[0]!.probability;
    if (best === undefined || best.probability < least) break;
    open = others;
    const untyped = best.untyped!;
    if (reached.has(untyped.length)) {
      // Of the ways to cut what is typed up to a place the likeliest came first; nobody's text is cut in two ways.
      addMass(best, -best.mass);
      continue;
    }
    reached.add(untyped.length);
    rewind();
    for (const { id } of tokensOf(best)) source.follow(id);
    if (cancelled() || !source.prepare(cancelled)) break;
    const longer = source.agreeing(untyped, count).map((token) => longerBy(best, token, count));
    if (untyped.length > 0) addMass(best, longer.reduce((sum, { mass }) => sum + mass, 0) - best.mass);
    found = likeliestFirst([...found, ...longer.filter((path) => path.untyped === null)]).slice(0, count);
    open = [...open, ...longer.filter((path) => path.untyped !== null)];
  }
  rewind();
  return found.map(tokensOf);
}

function likeliestFirst(paths: readonly Path[]): readonly Path[] {
  return paths.toSorted((a, b) => b.probability - a.probability);
}

function furthestFirst(paths: readonly Path[]): readonly Path[] {
  return paths.toSorted((a, b) => a.untyped!.length - b.untyped!.length);
}

function longerBy(before: Path, token: ScoredToken, count: number): Path {
  const { length } = token.bytes;
  const untyped = before.untyped!;
  const probability = before.probability * token.probability;
  // The end of the text has no bytes.
  const isEnough = length > untyped.length || length === 0 || (count === 1 && length === untyped.length);
  return {
    last: { before, token },
    probability,
    untyped: isEnough ? null : untyped.subarray(length),
    mass: probability,
  };
}

function addMass(path: Path, more: number): void {
  path.mass += more;
  if (path.last !== null) addMass(path.last.before, more);
}

function tokensOf({ last, mass }: Path): ScoredToken[] {
  if (last === null) return [];
  const probability = mass / last.before.mass;
  return [...tokensOf(last.before), { ...last.token, logit: Math.log(probability), probability }];
}

/** Goes on behind tokens that are given. */
export class Begun implements TokenSource {
  readonly #source: ModelSource;
  readonly #beginning: ScoredToken[];
  readonly #onFollow: () => void;

  /** @param onFollow called behind each token, the given ones among them */
  constructor(source: ModelSource, beginning: readonly ScoredToken[], onFollow: () => void = () => {}) {
    this.#source = source;
    this.#beginning = [...beginning];
    this.#onFollow = onFollow;
  }

  get full(): boolean {
    return this.#source.full;
  }

  choose(typed: Uint8Array, cancelled: () => boolean): ScoredToken | 'cancelled' {
    return this.#beginning.shift() ?? this.#source.choose(typed, cancelled);
  }

  follow(id: number): void {
    this.#source.follow(id);
    this.#onFollow();
  }
}
