interface Asked<Question, Answer> {
  readonly question: Question;
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

/** What another thread has been asked and has not answered yet, by its number. */
export class Pending<Question, Answer> {
  readonly #asked = new Map<number, Asked<Question, Answer>>();

  /**
   * @param signal aborting it rejects at once with its reason: nobody waits for the answer any more
   * @param calledOff told of that
   */
  wait(id: number, question: Question, signal?: AbortSignal, calledOff?: () => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#asked.delete(id);
        calledOff?.();
        reject(signal?.reason);
      };
      const settling =
        <Value>(settle: (value: Value) => void) =>
        (value: Value): void => {
          signal?.removeEventListener('abort', abort);
          settle(value);
        };
      signal?.addEventListener('abort', abort, { once: true });
      this.#asked.set(id, { question, resolve: settling(resolve), reject: settling(reject) });
    });
  }

  /** Who waits for the answer; undefined: nobody does any more. */
  take(id: number): Asked<Question, Answer> | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  /** What is waited for, what was asked first at the beginning. */
  get questions(): readonly (readonly [id: number, question: Question])[] {
    return [...this.#asked].map(([id, { question }]) => [id, question]);
  }

  rejectAll(reason: unknown): void {
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
  }
}
