/** Shown so often and refused each time, a text is not wanted. */
const timesUntilSilent = 2;
/** Places beyond these are forgotten, the oldest first. */
const mostPlaces = 1_000;

/** What was shown at which places and refused. */
export class Rejections {
  readonly #times = new Map<string, number>();

  add(place: string, text: string): void {
    const key = keyOf(place, text);
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.delete(key);
    this.#times.set(key, times);
    if (this.#times.size > mostPlaces) this.#times.delete(this.#times.keys().next().value!);
  }

  /** whether it would be shown in vain, as far as anybody can know */
  isUnwanted(place: string, text: string): boolean {
    return (this.#times.get(keyOf(place, text)) ?? 0) >= timesUntilSilent;
  }
}

function keyOf(place: string, text: string): string {
  return JSON.stringify([place, text.trim()]);
}
