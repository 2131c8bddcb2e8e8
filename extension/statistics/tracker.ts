import { KeptText, type TextChange } from './keptText.ts';
import type { Offer } from './offer.ts';

export interface DocumentChange {
  readonly uri: string;
  /** in an order in which they can be applied one after the other */
  readonly changes: readonly TextChange[];
}

/** How an offer ended. Characters are its own; `first` is the id of the first that was offered where it stood. */
export type Outcome =
  /** it was on screen for long enough to be read, or accepted at once */
  | { readonly type: 'shown'; readonly first: number }
  | { readonly type: 'accepted'; readonly first: number; readonly characters: number }
  /** a part, by the word or the line: inferred from how much came in one piece */
  | {
      readonly type: 'partlyAccepted';
      readonly first: number;
      readonly characters: number;
      /** of no part of it was it told before */
      readonly isFirstPart: boolean;
    }
  /** something else was typed in its place */
  | {
      readonly type: 'rejected';
      readonly id: number;
      readonly uri: string;
      /** where the cursor stood when it was offered */
      readonly offset: number;
      readonly text: string;
      /** so many of its characters had been typed before something else was */
      readonly typed: number;
      readonly shownMs: number;
    }
  /** what has become of accepted characters after a while; see `keptAfterMs` */
  | { readonly type: 'kept'; readonly afterMs: number; readonly inserted: number; readonly kept: number };

/** When it is looked at what is left of accepted text. */
export const keptAfterMs = [30_000, 300_000] as const;
/** A suggestion that was on screen for less has not been read. */
export const readableMs = 750;
/** Beyond these, the oldest is forgotten: nobody accepts so many in five minutes. */
const mostKept = 500;

interface Candidate {
  readonly id: number;
  readonly offer: Offer;
}

/** What is on screen: the first candidate, and others that could be chosen in its place. */
interface Showing {
  readonly uri: string;
  /** id of the first candidate that there was */
  readonly first: number;
  readonly sinceMs: number;
  /** the document's text from `start` to the cursor */
  typed: string;
  start: number;
  candidates: readonly Candidate[];
  isCounted: boolean;
}

/** Text that came in one piece and agrees with a candidate to its end. */
interface Completed {
  /** the same text may have been offered at several keys */
  readonly ids: readonly number[];
  readonly first: number;
  readonly kept: KeptText;
  readonly atMs: number;
}

interface Accepted {
  readonly kept: KeptText;
  readonly atMs: number;
  /** how many of `keptAfterMs` have been looked at */
  looks: number;
}

/** A key types a character, or a line end and the indentation that the editor puts behind it. */
const oneKey = /^(?:[^]?|\r?\n[ \t]*)$/;
const autoClosed = ['()', '[]', '{}', '<>', '""', "''", '``'];

/**
 * Follows suggestions from their offer to what is left of them. The editor tells neither that one is shown nor that it is refused, so that
 * both are inferred: one is on screen from its offer until the text or the cursor no longer agrees with it. Times are milliseconds of
 * any clock.
 */
export class SuggestionTracker {
  readonly #tell: (outcome: Outcome) => void;
  #showing: Showing | null = null;
  #completed: Completed | null = null;
  #accepted: Accepted[] = [];
  #lastId = 0;
  /** the first id of what was accepted in part last */
  #lastPart = 0;

  constructor(tell: (outcome: Outcome) => void) {
    this.#tell = tell;
  }

  /** whether there is accepted text that is still to be looked at */
  get isWaiting(): boolean {
    return this.#accepted.length > 0;
  }

  /**
   * The likeliest first. An editor goes on showing what is on screen as long as the text agrees with it, whatever else is offered.
   * @returns their ids
   */
  offered(offers: readonly [Offer, ...Offer[]], atMs: number): number[] {
    this.advance(atMs);
    this.#settleCompleted();
    const candidates = offers.map((offer) => ({ id: ++this.#lastId, offer }));
    const [{ uri, start, typed }] = offers;
    const showing = this.#showing;
    if (showing?.uri === uri && showing.start === start && showing.typed === typed) {
      showing.candidates = [...showing.candidates, ...candidates];
    } else {
      this.#end(atMs);
      const first = candidates[0]!.id;
      this.#showing = { uri, first, start, typed, candidates, sinceMs: atMs, isCounted: false };
    }
    return candidates.map(({ id }) => id);
  }

  /** The editor says that one was accepted, which it does after the text has changed. */
  accepted(id: number, atMs: number): void {
    this.advance(atMs);
    const completed = this.#completed;
    if (completed === null || !completed.ids.includes(id)) return;
    this.#completed = null;
    this.#keep('accepted', completed, completed.atMs);
  }

  documentChanged({ uri, changes }: DocumentChange, atMs: number): void {
    this.advance(atMs);
    this.#settleCompleted();
    for (const change of changes) {
      for (const { kept } of this.#accepted) kept.change(uri, change);
      this.#completed?.kept.change(uri, change);
      if (this.#showing?.uri === uri) this.#follow(this.#showing, change, atMs);
    }
  }

  /** @param offset of the cursor in the document that is active now */
  cursorMoved(uri: string, offset: number, atMs: number): void {
    this.advance(atMs);
    const showing = this.#showing;
    if (showing === null) return;
    if (showing.uri !== uri || showing.start + showing.typed.length !== offset) this.#end(atMs);
  }

  /** Looks at what is due. Texts change only by what is told here, so that it makes no difference when that is. */
  advance(atMs: number): void {
    for (const accepted of this.#accepted) {
      while (accepted.looks < keptAfterMs.length && atMs - accepted.atMs >= keptAfterMs[accepted.looks]!) {
        const afterMs = keptAfterMs[accepted.looks++]!;
        this.#tell({ type: 'kept', afterMs, inserted: accepted.kept.inserted, kept: accepted.kept.left() });
      }
    }
    this.#accepted = this.#accepted.filter(({ looks }) => looks < keptAfterMs.length);
  }

  #follow(showing: Showing, { offset, length, text }: TextChange, atMs: number): void {
    const cursor = showing.start + showing.typed.length;
    if (offset > cursor) return;
    const end = offset + length;
    const isBefore = offset < showing.start || showing.typed !== '';
    if (end < showing.start || (end === showing.start && isBefore)) {
      showing.start += text.length - length;
      return;
    }
    const from = offset - showing.start;
    const typed =
      from < 0
        ? null
        : showing.typed.slice(0, from) + withoutAutoClosed(text, length) + showing.typed.slice(from + length);
    const before = showing.typed;
    const agreeing =
      typed === null ? [] : showing.candidates.filter(({ offer }) => offer.full.startsWith(typed));
    if (typed === null || agreeing.length === 0) return this.#diverged(showing, typed, atMs);
    showing.typed = typed;
    const completed = agreeing.filter(({ offer }) => offer.full === typed);
    showing.candidates = completed.length > 0 ? completed : agreeing;
    const { full, given } = showing.candidates[0]!.offer;
    const own = full.startsWith(before) ? Math.max(before.length, given) : given;
    const grown = typed.slice(own);
    if (!oneKey.test(grown)) {
      const { first } = showing;
      const kept = new KeptText(showing.uri, showing.start + own, grown);
      if (completed.length === 0) this.#keep('partlyAccepted', { first, kept }, atMs);
      else this.#completed = { ids: completed.map(({ id }) => id), first, kept, atMs };
      this.#count(showing);
    }
    if (completed.length > 0) this.#end(atMs);
  }

  #diverged(showing: Showing, typed: string | null, atMs: number): void {
    this.#end(atMs);
    const { id, offer } = showing.candidates[0]!;
    // Who takes text back has refused nothing, nor has who types it further in than it would stand.
    if (typed === null || typed.length < showing.typed.length || isFurtherIn(typed, offer)) return;
    const own = Math.max(offer.given, offer.typed.length);
    this.#tell({
      type: 'rejected',
      id,
      uri: offer.uri,
      offset: offer.start + offer.typed.length,
      text: offer.full.slice(offer.given),
      typed: Math.max(0, showing.typed.length - own),
      shownMs: atMs - showing.sinceMs,
    });
  }

  /** What came in one piece, and nobody says that it was accepted: another command has written it. */
  #settleCompleted(): void {
    const completed = this.#completed;
    this.#completed = null;
    if (completed !== null) this.#keep('partlyAccepted', completed, completed.atMs);
  }

  #keep(
    type: 'accepted' | 'partlyAccepted',
    { first, kept }: Pick<Completed, 'first' | 'kept'>,
    atMs: number,
  ): void {
    this.#accepted.push({ kept, atMs, looks: 0 });
    if (this.#accepted.length > mostKept) this.#accepted.shift();
    const characters = kept.inserted;
    if (type === 'accepted') this.#tell({ type, first, characters });
    else {
      this.#tell({ type, first, characters, isFirstPart: first !== this.#lastPart });
      this.#lastPart = first;
    }
  }

  #end(atMs: number): void {
    const showing = this.#showing;
    this.#showing = null;
    if (showing !== null && atMs - showing.sinceMs >= readableMs) this.#count(showing);
  }

  #count(showing: Showing): void {
    if (showing.isCounted) return;
    showing.isCounted = true;
    this.#tell({ type: 'shown', first: showing.first });
  }
}

function isFurtherIn(typed: string, { typed: before, full }: Offer): boolean {
  return !full.startsWith(before) && full.trimStart().startsWith(typed.trimStart());
}

/** An editor that closes a bracket puts the pair in, with the cursor between. */
function withoutAutoClosed(text: string, length: number): string {
  return length === 0 && autoClosed.includes(text) ? text.slice(0, 1) : text;
}
