/** Fewer changed characters than this are not worth a training. */
const enoughCharacters = 2_000;

/** Tells when nobody has typed for long enough and there is enough to learn. Times are milliseconds of any clock. */
export class IdleWatch {
  #lastKeyMs: number;
  #changedCharacters = 0;

  constructor(nowMs: number) {
    this.#lastKeyMs = nowMs;
  }

  /** @param characters that were put in or taken out */
  typed(characters: number, atMs: number): void {
    this.#lastKeyMs = atMs;
    this.#changedCharacters += characters;
  }

  /** What has changed so far is known to the model, or could not be learnt. */
  trained(): void {
    this.#changedCharacters = 0;
  }

  /** @param isTrained whether there is a model that knows the rest; without one, all of the workspace is new */
  isDue(minutes: number, isTrained: boolean, nowMs: number): boolean {
    const isEnough = !isTrained || this.#changedCharacters >= enoughCharacters;
    return isEnough && nowMs - this.#lastKeyMs >= minutes * 60_000;
  }
}
