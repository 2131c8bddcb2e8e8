export type Weights = ReadonlyMap<string, Float32Array>;

export function copied(weights: Weights): Map<string, Float32Array> {
  return new Map([...weights].map(([name, values]) => [name, values.slice()]));
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
