/** Shown so often and refused each time, a text is not wanted. */
const timesUntilSilent = 2;
/** Texts beyond these are forgotten at a place, the oldest first. */
const mostTexts = 8;
/** Places beyond these are forgotten, the oldest first. */
const mostPlaces = 1_000;

/** What was shown at which places and refused. */
export class Rejections {
  readonly #refused = new Map<string, readonly string[]>();

  add(place: string, text: string): void {
    const refused = text.trim();
    // Every text goes on with nothing.
    if (refused === '') return;
    const texts = [...(this.#refused.get(place) ?? []), refused].slice(-mostTexts);
    this.#refused.delete(place);
    this.#refused.set(place, texts);
    if (this.#refused.size > mostPlaces) this.#refused.delete(this.#refused.keys().next().value!);
  }

  /** whether it would be shown in vain, as far as anybody can know */
  isUnwanted(place: string, text: string): boolean {
    const refused = this.#refused.get(place) ?? [];
    return refused.filter((one) => areAlike(one, text.trim())).length >= timesUntilSilent;
  }
}

/** How long a text is depends on how sure the rest of it is, and on how much time there was: one that goes on with another is the same. */
function areAlike(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
