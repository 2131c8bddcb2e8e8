import type { CallMessage, NumberedMessage } from '../protocol/calling.ts';

/** More than anybody looks through. */
const mostKept = 10;

/** What completions of this window have asked the editor for and were told. */
export class CallMessages {
  #all: readonly NumberedMessage[] = [];

  /** the last first */
  get all(): readonly NumberedMessage[] {
    return this.#all;
  }

  keep(message: CallMessage): void {
    const number = 1 + (this.#all[0]?.number ?? 0);
    this.#all = [{ ...message, number }, ...this.#all].slice(0, mostKept);
  }
}
