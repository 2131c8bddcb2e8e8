import type { PrecedentRecord } from '../protocol/precedent.ts';
import type { Outcome } from './tracker.ts';

/** Suggestions end within minutes. */
const mostKnown = 500;

interface Known {
  readonly side: keyof PrecedentRecord;
  isShown: boolean;
  isAccepted: boolean;
}

/** What an outcome adds to the record. */
export interface PrecedentCount {
  readonly side: keyof PrecedentRecord;
  readonly shown: number;
  readonly accepted: number;
}

/** Of suggestions of which it is known whether the workspace has the like: each counts once, when it is shown, and once more when it is accepted. */
export class PrecedentTally {
  readonly #known = new Map<number, Known>();

  /** @param id of a suggestion that was offered */
  judged(id: number, isUnheardOf: boolean): void {
    this.#known.set(id, {
      side: isUnheardOf ? 'without' : 'with',
      isShown: false,
      isAccepted: false,
    });
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value!);
  }

  /** @returns null: nothing is known of it, or it has counted before */
  add(outcome: Outcome): PrecedentCount | null {
    const isAccepted = outcome.type === 'accepted' || outcome.type === 'partlyAccepted';
    if (!isAccepted && outcome.type !== 'shown') return null;
    const known = this.#known.get(outcome.first);
    if (known === undefined || (known.isShown && (!isAccepted || known.isAccepted))) return null;
    // Text may be accepted before it has been on screen for long.
    const count = {
      side: known.side,
      shown: Number(!known.isShown),
      accepted: Number(isAccepted && !known.isAccepted),
    };
    known.isShown = true;
    known.isAccepted ||= isAccepted;
    return count;
  }
}
