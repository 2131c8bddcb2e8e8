/** Time that passes only from one event to the next: what is due is done in its order, however long it takes. */
export class VirtualTime {
  now = 0;
  #events: { readonly at: number; readonly act: () => void }[] = [];

  /** @param delay milliseconds */
  after(delay: number, act: () => void): void {
    const at = this.now + delay;
    // What is due at the same time is done in the order in which it was asked for.
    const later = this.#events.findIndex((event) => event.at > at);
    this.#events.splice(later < 0 ? this.#events.length : later, 0, { at, act });
  }

  get isOver(): boolean {
    return this.#events.length === 0;
  }

  /** The next event, and what it sets off without waiting. */
  async step(): Promise<void> {
    const event = this.#events.shift();
    if (event === undefined) return;
    this.now = event.at;
    event.act();
    // Answers go through a few promises, some through a generator's.
    for (let i = 0; i < 24; i++) await Promise.resolve();
  }
}
