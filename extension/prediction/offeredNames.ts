import type { SequenceModel } from '../counts/sequenceModel.ts';
import { isWordByte } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** One of the names that were offered, as the model would write it. */
export interface ChosenName {
  readonly name: string;
  readonly ids: readonly number[];
  /** of each token, among those that go on with an offered name; the product is the name's probability among the offered ones */
  readonly probabilities: readonly number[];
  readonly probability: number;
}

/** A beginning that some of the names share: `names` by the token that comes next, and the one that ends here. */
interface Node {
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
  readonly probability: number;
  readonly names: readonly OfferedName[];
}

interface OfferedName {
  readonly name: string;
  readonly ids: readonly number[];
}

/** Each visit is a prediction; the likeliest names need a few. */
const mostVisits = 24;

/**
 * The likeliest of the names that are offered, most likely first: nothing else can come out, however likely it is. A name's tokens are
 * those of the tokenizer, each chosen among those that the names allow; where one name begins another, its end is a choice, too.
 * @param model stands where the name's first token begins
 * @param lead what that token has before the name
 * @param restart takes the model back to that place
 * @param cancelled polled between predictions; what is found by then is the answer
 */
export function chooseNames(
  model: SequenceModel,
  tokenizer: Tokenizer,
  offered: readonly string[],
  lead: '' | ' ',
  count: number,
  restart: () => void,
  cancelled: () => boolean = () => false,
): ChosenName[] {
  const encoder = new TextEncoder();
  const names = offered.map((name) => ({ name, ids: [...tokenizer.encode(encoder.encode(lead + name))] }));
  const search = new NameSearch(model, tokenizer, restart);
  return search.best(names, count, cancelled);
}

class NameSearch {
  readonly #model: SequenceModel;
  readonly #restart: () => void;
  readonly #distribution: Float64Array;
  /** for each token whether it goes on with a word */
  readonly #goesOn: (id: number) => boolean;
  readonly #open: Node[] = [];
  readonly #chosen: ChosenName[] = [];

  constructor(model: SequenceModel, tokenizer: Tokenizer, restart: () => void) {
    this.#model = model;
    this.#restart = restart;
    this.#distribution = new Float64Array(model.vocabSize);
    this.#goesOn = (id) => {
      const first = tokenizer.tokenBytes(id)[0];
      return first !== undefined && isWordByte(first);
    };
  }

  best(names: readonly OfferedName[], count: number, cancelled: () => boolean): ChosenName[] {
    this.#open.push({ ids: [], probabilities: [], probability: 1, names });
    for (let visits = 0; visits < mostVisits && this.#open.length > 0 && !cancelled(); visits++) {
      const likeliest = this.#open.reduce((best, node) =>
        node.probability > best.probability ? node : best,
      );
      // What is found already is at least as likely as anything that is left.
      if (this.#isFound(count, likeliest.probability)) break;
      this.#open.splice(this.#open.indexOf(likeliest), 1);
      this.#visit(likeliest);
    }
    return this.#chosen.sort((a, b) => b.probability - a.probability).slice(0, count);
  }

  #isFound(count: number, probability: number): boolean {
    return this.#chosen.filter((chosen) => chosen.probability >= probability).length >= count;
  }

  #visit(node: Node): void {
    const depth = node.ids.length;
    if (node.names.length === 1) return this.#choose(node, node.names[0]!, 1);
    const ending = node.names.find(({ ids }) => ids.length === depth);
    const next = new Map<number, OfferedName[]>();
    for (const name of node.names) {
      if (name.ids.length === depth) continue;
      const id = name.ids[depth]!;
      next.set(id, [...(next.get(id) ?? []), name]);
    }
    const shares = this.#shares(node.ids, [...next.keys()], ending !== undefined);
    if (ending !== undefined) this.#choose(node, ending, shares.end);
    for (const [id, names] of next) {
      const share = shares.of.get(id)!;
      this.#open.push({
        ids: [...node.ids, id],
        probabilities: [...node.probabilities, share],
        probability: node.probability * share,
        names,
      });
    }
  }

  /** @param ends how likely nothing more follows */
  #choose(node: Node, { name, ids }: OfferedName, ends: number): void {
    const probabilities = ids.map((_, i) => node.probabilities[i] ?? 1);
    probabilities[ids.length - 1]! *= ends;
    this.#chosen.push({ name, ids, probabilities, probability: node.probability * ends });
  }

  /** How likely each token is among them and, where a name may end here, its end. */
  #shares(
    before: readonly number[],
    ids: readonly number[],
    mayEnd: boolean,
  ): { readonly of: ReadonlyMap<number, number>; readonly end: number } {
    if (ids.length === 1 && !mayEnd) return { of: new Map([[ids[0]!, 1]]), end: 0 };
    this.#restart();
    for (const id of before) this.#model.suppose(id);
    this.#model.distribution(this.#distribution);
    let end = 0;
    if (mayEnd) this.#distribution.forEach((p, id) => (end += this.#goesOn(id) ? 0 : p));
    const total = ids.reduce((sum, id) => sum + this.#distribution[id]!, end);
    return { of: new Map(ids.map((id) => [id, this.#distribution[id]! / total])), end: end / total };
  }
}
