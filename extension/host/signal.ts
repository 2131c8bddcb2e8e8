/** Subscribes; shaped like `vscode.Event`, so that both serve the same listener. */
export type Subscribe<Value> = (listener: (value: Value) => void) => { dispose(): void };

/** One source of events, for the parts of the host that run without an editor. */
export class Signal<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  readonly subscribe: Subscribe<Value> = (listener) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  emit(value: Value): void {
    for (const listener of this.#listeners) listener(value);
  }
}
