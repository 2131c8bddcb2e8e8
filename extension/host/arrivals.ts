/** Moves that follow one another faster are on the way to somewhere. */
export const restMs = 100;

/**
 * Tells where a cursor has come to, and where somebody may so begin to type: after a jump at once, because the first key may come at once;
 * of moves that follow one another, after the last has come to rest. Where a key that writes moves it, the editor asks by itself.
 */
export class Arrivals<Place> {
  readonly #arrived: (at: Place) => void;
  #typedAtMs = -Infinity;
  #movedAtMs = -Infinity;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(arrived: (at: Place) => void) {
    this.#arrived = arrived;
  }

  /** Comes before the move that a key makes. */
  typed(): void {
    this.#typedAtMs = performance.now();
  }

  moved(to: Place): void {
    clearTimeout(this.#resting);
    const now = performance.now();
    if (now - this.#typedAtMs < restMs) return;
    if (now - this.#movedAtMs >= restMs) this.#arrived(to);
    else this.#resting = setTimeout(() => this.#arrived(to), restMs);
    this.#movedAtMs = now;
  }

  dispose(): void {
    clearTimeout(this.#resting);
  }
}
