import fc from 'fast-check';

/** Sizes around every tile and vector width, and larger ones. */
export function size(most: number): fc.Arbitrary<number> {
  const edges = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 17].filter((edge) => edge <= most);
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 1, max: most }));
}

export const seed = fc.integer({ min: 0, max: 2 ** 31 });
