/** Fewer changed characters than this are not worth a training. */
const enoughCharacters = 2_000;

/** Tells when nobody has typed for long enough and there is enough to learn. Times are milliseconds of any clock. */
export class IdleWatch {
  #lastKeyMs: number;
  #changedCharacters = 0;
  /** of these, when the training began that runs; null while none does */
  #readCharacters: number | null = null;

  constructor(nowMs: number) {
    this.#lastKeyMs = nowMs;
  }

  /** @param characters that were put in or taken out */
  typed(characters: number, atMs: number): void {
    this.#lastKeyMs = atMs;
    this.#changedCharacters += characters;
  }

  /** A training begins to read: what is typed from now on it may not know. */
  begun(): void {
    this.#readCharacters ??= this.#changedCharacters;
  }

  /** It is over. @param isRead what had changed by then is known to the model, or could not be learnt */
  ended(isRead: boolean): void {
    if (isRead) this.#changedCharacters -= this.#readCharacters ?? 0;
    this.#readCharacters = null;
  }

  /** @param isTrained whether there is a model that knows the rest; without one, all of the workspace is new */
  isDue(minutes: number, isTrained: boolean, nowMs: number): boolean {
    const isEnough = !isTrained || this.#changedCharacters >= enoughCharacters;
    return isEnough && nowMs - this.#lastKeyMs >= minutes * 60_000;
  }
}
