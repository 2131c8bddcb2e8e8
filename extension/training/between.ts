export type Weights = ReadonlyMap<string, Float32Array>;

export function copied(weights: Weights): Map<string, Float32Array> {
  return new Map([...weights].map(([name, values]) => [name, values.slice()]));
}

/** Copies of the weights of one model, in memory that is used again: a training that goes on takes no more than it began with. */
export class Copies {
  readonly #own: Weights[] = [];

  /** @param other a copy that is still needed: all but this may be written over */
  of(weights: Weights, other?: Weights): Weights {
    const spare = this.#own.find((copy) => copy !== other);
    if (spare === undefined) {
      const copy = copied(weights);
      this.#own.push(copy);
      return copy;
    }
    for (const [name, values] of weights) spare.get(name)!.set(values);
    return spare;
  }
}

/** from + share · (to − from): going back a part of the way that training went. */
export function between(from: Weights, to: Weights, share: number): Weights {
  return new Map(
    [...from].map(([name, values]) => {
      const target = to.get(name)!;
      return [name, values.map((value, i) => value + share * (target[i]! - value))];
    }),
  );
}
