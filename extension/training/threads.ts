/** More find nothing to do in a step, and each takes memory of its own: of more, a training of the base would not fit into the usual limit. */
export const mostThreads = 64;

/** All cores but one, which is left to whoever works at the machine. */
export function usualThreads(cores: number): number {
  return Math.min(mostThreads, Math.max(1, cores - 1));
}
