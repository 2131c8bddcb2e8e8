/** Stands for the beginning of a document. */
const start = 'start';
const longestContext = 7;

type Tokens = readonly number[];
type Symbol = number | typeof start;

/** Parameters of the model, by name: "project 2 1" is Dᵢ / i for contexts of two tokens and i = 1; "share 3 2" the project's share. */
export type Parameters = ReadonlyMap<string, number>;

/** Follower → adjusted count, by context. */
export type Table = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Adjusted counts as Heafield et al. 2013, §3.2 define them: from all n-grams that occur, by sets of what stands before them. */
export function adjustedCounts(documents: readonly Tokens[]): Table {
  const raw = new Map<string, { context: Symbol[]; token: number; count: number; before: Set<Symbol> }>();
  for (const document of documents) {
    const text: Symbol[] = [start, ...document];
    for (let at = 1; at < text.length; at++) {
      for (let length = 0; length <= longestContext && length <= at; length++) {
        const context = text.slice(at - length, at);
        const key = JSON.stringify([context, text[at]]);
        const entry = raw.get(key) ?? { context, token: text[at] as number, count: 0, before: new Set() };
        entry.count++;
        if (length < at) entry.before.add(text[at - length - 1]!);
        raw.set(key, entry);
      }
    }
  }
  const table = new Map<string, Map<number, number>>();
  for (const { context, token, count, before } of raw.values()) {
    const isRaw = context.length === longestContext || context[0] === start;
    const key = JSON.stringify(context);
    table.set(key, (table.get(key) ?? new Map<number, number>()).set(token, isRaw ? count : before.size));
  }
  return table;
}

/** Chen & Goodman 1999, eq. 26, as shares Dᵢ / i within [.02, .98]; .5 where they are not defined. */
function discountShares(table: Table, length: number): number[] {
  const counts = [...table]
    .filter(([context]) => (JSON.parse(context) as Symbol[]).length === length)
    .flatMap(([, followers]) => [...followers.values()]);
  const n = (count: number): number => counts.filter((other) => other === count).length;
  const y = n(1) / (n(1) + 2 * n(2));
  return [1, 2, 3].map((i) => {
    const share = (i - ((i + 1) * y * n(i + 1)) / n(i)) / i;
    return Number.isFinite(share) ? Math.min(Math.max(share, 0.02), 0.98) : 0.5;
  });
}

/** Contexts of the text's end that the table has: [], its last token, its last two … */
function contextsOf(table: Table, document: Tokens): ReadonlyMap<number, number>[] {
  const text: Symbol[] = [start, ...document];
  const found: ReadonlyMap<number, number>[] = [];
  for (let length = 0; length <= longestContext && length <= text.length; length++) {
    const followers = table.get(JSON.stringify(text.slice(text.length - length)));
    if (followers === undefined) break;
    found.push(followers);
  }
  return found;
}

/** Chen & Goodman 1999, eq. 25 */
export function kneserNey(
  table: Table,
  store: 'project' | 'cache',
  parameters: Parameters,
  document: Tokens,
  token: number,
  base: number,
): number {
  return contextsOf(table, document).reduce((shorter, followers, length) => {
    const discount = (count: number): number => {
      const i = Math.min(count, 3);
      return i * parameters.get(`${store} ${length} ${i}`)!;
    };
    const counts = [...followers.values()];
    const total = counts.reduce((sum, count) => sum + count, 0);
    const taken = counts.reduce((sum, count) => sum + discount(count), 0);
    const own = followers.get(token);
    return ((own === undefined ? 0 : own - discount(own)) + taken * shorter) / total;
  }, base);
}

/** The mix of project and cache, the cache falling back on the project. @param learnt what the cache has counted of `document` */
export function mixture(
  project: Table,
  parameters: Parameters,
  document: Tokens,
  token: number,
  vocabSize: number,
  learnt: Tokens = document,
): number {
  const cache = adjustedCounts([learnt]);
  const fromProject = kneserNey(project, 'project', parameters, document, token, 1 / vocabSize);
  const fromCache = kneserNey(cache, 'cache', parameters, document, token, fromProject);
  const share = parameters.get(shareName(project, cache, document))!;
  return share * fromProject + (1 - share) * fromCache;
}

function shareName(project: Table, cache: Table, document: Tokens): string {
  return `share ${contextsOf(project, document).length} ${contextsOf(cache, document).length}`;
}

/** Dᵢ / i as estimated, for both stores; every share one half. */
export function firstParameters(project: Table): Map<string, number> {
  const parameters = new Map<string, number>();
  for (let length = 0; length <= longestContext; length++) {
    for (const [at, share] of discountShares(project, length).entries()) {
      parameters.set(`project ${length} ${at + 1}`, share);
      parameters.set(`cache ${length} ${at + 1}`, share);
    }
  }
  for (let p = 0; p <= longestContext + 1; p++) {
    for (let c = 0; c <= longestContext + 1; c++) parameters.set(`share ${p} ${c}`, 0.5);
  }
  return parameters;
}

const step = 1e-5;

/**
 * One pass of AdaGrad (Duchi et al. 2011) over ln P of each token of `documents`, in this order, on the parameters' logits; each document
 * is scored by the counts of all the others. Slopes are central differences.
 */
export function learnParameters(documents: readonly Tokens[], vocabSize: number): Map<string, number> {
  const parameters = firstParameters(adjustedCounts(documents));
  const squares = new Map<string, number>();
  for (const [index, document] of documents.entries()) {
    const others = adjustedCounts(documents.filter((_, other) => other !== index));
    for (const [at, token] of document.entries()) {
      const slopes = slopesOf(others, parameters, document.slice(0, at), token, vocabSize);
      for (const [name, slope] of slopes) {
        const sum = (squares.get(name) ?? 0.1) + slope ** 2;
        squares.set(name, sum);
        const moved = logit(parameters.get(name)!) + (0.2 * slope) / Math.sqrt(sum);
        parameters.set(name, logistic(Math.min(Math.max(moved, -9), 9)));
      }
    }
  }
  return parameters;
}

/** d ln P(token) / d logit, of the parameters that may matter here */
function slopesOf(
  project: Table,
  parameters: Parameters,
  document: Tokens,
  token: number,
  vocabSize: number,
): [string, number][] {
  const cache = adjustedCounts([document]);
  const names = [shareName(project, cache, document)];
  for (const [store, table] of Object.entries({ project, cache })) {
    contextsOf(table, document).forEach((_, length) =>
      names.push(...[1, 2, 3].map((i) => `${store} ${length} ${i}`)),
    );
  }
  return names.map((name) => {
    const lnP = (by: number): number => {
      const moved = new Map(parameters).set(name, logistic(logit(parameters.get(name)!) + by));
      return Math.log(mixture(project, moved, document, token, vocabSize));
    };
    return [name, (lnP(step) - lnP(-step)) / (2 * step)];
  });
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
