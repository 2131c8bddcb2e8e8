import { goesOnWith } from '../calling/callPlace.ts';
import { leastInProse, shownEnds } from '../prediction/gate.ts';
import type { AskedCall, CallMessage } from '../protocol/calling.ts';
import type { Candidate, Completion, CompletionOptions, OpenDocument } from '../protocol/prediction.ts';
import type { SuggestedTokens } from '../protocol/suggested.ts';
import { isProse } from '../shaping/lexical.ts';
import { fewestCharacters, isTooShort } from '../shaping/edges.ts';
import { missingIndentation } from '../shaping/indentation.ts';
import { beginsWithinWord, lastLine } from '../shaping/place.ts';
import { mayInsertAt, type Place, type RefusalReason, shape, type Shaped } from '../shaping/shape.ts';
import { acceptance, type Calibration, probabilityFor, usualCalibration } from './acceptance.ts';
import { type AskKind, askKind } from './ask.ts';
import { Rejections } from './rejections.ts';
import { suggestedTokens } from './suggestedTokens.ts';
import { typedThrough } from './typedThrough.ts';

export interface Question {
  readonly place: Place;
  /** of the document, as the index calls it */
  readonly name: string;
  /** somebody asks on purpose: for several texts, also for some that are hardly sure */
  readonly isExplicit: boolean;
}

export interface Eagerness {
  /** a text is shown that is right at least so often */
  readonly leastAcceptance: number;
  /** texts may go on behind the end of the line */
  readonly multiline: boolean;
  readonly maxTokens: number;
  /** the model may ask for names that it can't know */
  readonly calls: boolean;
}

export interface Suggestion extends Shaped {
  /** what it was made of; null: nobody could say where in the text that begins */
  readonly made: SuggestedTokens | null;
  /** how often such a text is right */
  readonly acceptance: number;
}

/** Why nothing is shown. */
export type Silence =
  /** the best is right less often than was asked for; null: there is none */
  | { readonly kind: 'unsure'; readonly acceptance: number | null; readonly least: number }
  /** the line is complete as it stands */
  | { readonly kind: 'lineEnds' }
  /** there was no time for any of it */
  | { readonly kind: 'late' }
  /** it was refused here before */
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export interface Answer {
  /** the likeliest first; what somebody types of it costs nothing */
  readonly suggestions: readonly Suggestion[];
  /** null when there are some */
  readonly silence: Silence | null;
  /** what the engine had to do; null: it was not asked */
  readonly asked: Asked | null;
  /** what the model asked for and was told on the way */
  readonly message: CallMessage | null;
}

export interface Asked {
  readonly kind: AskKind;
  /** that it took, without the way to it and back */
  readonly engineMs: number;
}

/** The engine. @throws as it does, also when the signal is aborted */
type Complete = (
  prefix: string,
  open: OpenDocument,
  options: CompletionOptions,
  signal: AbortSignal,
) => Promise<Completion>;

/**
 * The application: returns what the model asks for, the likeliest first, and nothing where it can't, or not in time.
 * @throws when the signal is aborted
 */
export type CallTool = (call: AskedCall, signal: AbortSignal) => Promise<readonly string[]>;

/** What is left of 100 ms when the editor and the two threads have had their share. */
const maxMilliseconds = 80;
const mostLines = 6;
/** On demand: beside the likeliest, and how sure at least. */
const alternatives = 3;
/** Text that is there behind the cursor must be able to follow; how likely it is beside all other text says little. */
const leastFollowing = 0.1;
const leastOnDemand = 0.1;

interface Shown {
  readonly question: Question;
  readonly eagerness: Eagerness;
  readonly suggestions: readonly Suggestion[];
}

/** From a place in a document to what is shown there: asks the engine, lets the gate decide, shapes what is left. */
export class Suggester {
  calibration: Calibration = usualCalibration;
  readonly #complete: Complete;
  readonly #rejections = new Rejections();
  #last: Shown | null = null;
  #lastAsked: Question | null = null;

  constructor(complete: Complete) {
    this.#complete = complete;
  }

  /** @param callTool null: there is nobody to ask @throws as the engine does */
  async suggest(
    question: Question,
    eagerness: Eagerness,
    signal: AbortSignal,
    callTool: CallTool | null = null,
  ): Promise<Answer> {
    const { place, name, isExplicit } = question;
    const left = isExplicit ? [] : this.#left(question, eagerness);
    if (left.length > 0) return { suggestions: left, silence: null, asked: null, message: null };
    this.#last = null;
    const isBetween = !mayInsertAt(place);
    if (isBetween && isWithinWord(place)) return silent({ kind: 'refused', reason: 'midWord' }, null);
    const least = leastAcceptance(question, eagerness);
    const probability = probabilityFor(this.calibration, least);
    const open = { name, suffix: place.suffix };
    // The model is asked where the line will stand: behind a line's beginning it would go on outside of the block.
    const lead = missingIndentation(place);
    const demand = { least, probability, isBetween, lead };
    const options = {
      ...optionsFor(question, eagerness, demand),
      calls: eagerness.calls && callTool !== null,
    };
    const kind = askKind(this.#lastAsked, question);
    this.#lastAsked = question;
    const ask: Ask = (more) => this.#complete(place.prefix + lead, open, { ...options, ...more }, signal);
    const { texts, message, engineMs } = await withAnswer(ask, callTool, signal);
    const asked = { kind, engineMs };
    const looks = texts.map((candidate) => this.#look(candidate, question, demand));
    const suggestions = inOrder(looks.filter((look) => 'text' in look));
    if (suggestions.length === 0) return { ...silent(looks[0] as Silence, asked), message };
    this.#last = { question, eagerness, suggestions };
    return { suggestions, silence: null, asked, message };
  }

  /** Something else was typed where this had been shown for long enough to be read. */
  refused(place: Pick<Place, 'prefix'>, name: string, text: string): void {
    this.#rejections.add(placeName(place, name), text);
    // Who takes the other text back at once would be shown it again without a look.
    this.#last = null;
  }

  /** What completes is another, or has forgotten something: what was shown is not gone on with. */
  changed(): void {
    this.#last = null;
  }

  /** What was shown last and is still to be typed, unless it would not be shown any more. */
  #left(question: Question, eagerness: Eagerness): readonly Suggestion[] {
    if (this.#last === null || !isSame(this.#last.eagerness, eagerness)) return [];
    return typedThrough(this.#last, question);
  }

  /** What of a candidate is shown, or why nothing is. */
  #look(
    candidate: Candidate,
    { place, name, isExplicit }: Question,
    { least, probability, isBetween, lead }: Demand,
  ): Suggestion | Silence {
    const { text, ends, probabilities, follows, stop } = candidate;
    const mayEnd = (i: number): boolean =>
      !isTooShort(text.slice(0, ends[i])) &&
      isWhole(candidate, ends[i]!, place.prefix + lead) &&
      (follows === null || follows[i]! >= leastFollowing);
    const lineEnd = text.search(/[\r\n]/);
    // Whoever has to ask is given it at once.
    const inPieces = isExplicit ? 0 : lineEnd < 0 ? text.length : lineEnd;
    const count = shownEnds(candidate, probability, { fewest: fewestCharacters, inPieces, mayEnd });
    if (count === 0) {
      // Tokens before it only repeat what is typed of the word.
      const first = ends.findIndex((end) => end > 0);
      if (first < 0 && stop === 'lineEnd') return { kind: 'lineEnds' };
      if (first < 0 && stop === 'cut') return { kind: 'late' };
      const best = first < 0 ? candidate.unlikely : probabilities[first]!;
      // What is sure is no more than a character, or half of a word.
      if (best !== null && best >= probability && follows === null)
        return { kind: 'refused', reason: 'tooShort' };
      return { kind: 'unsure', acceptance: best === null ? null : acceptance(this.calibration, best), least };
    }
    const raw = lead + text.slice(0, ends[count - 1]);
    const cut = count === ends.length && (stop === 'limit' || stop === 'cut');
    const shaped = shape(raw, place, { cut, isBetween });
    if ('refused' in shaped) return { kind: 'refused', reason: shaped.refused };
    const isUnwanted = !isExplicit && this.#rejections.isUnwanted(placeName(place, name), shaped.text);
    if (isUnwanted) return { kind: 'unwanted' };
    // Where the tokens begin, there is nothing yet.
    const made =
      lead === ''
        ? suggestedTokens(place.prefix, raw, candidate.tokens.slice(0, candidate.made[count - 1]))
        : null;
    return { ...shaped, made, acceptance: acceptance(this.calibration, probabilities[count - 1]!) };
  }
}

type Ask = (more: Pick<CompletionOptions, 'returned'>) => Promise<Completion>;

interface Found {
  readonly texts: readonly Candidate[];
  readonly message: CallMessage | null;
  readonly engineMs: number;
}

/** The guesses and, where the model asks and is told something, what it chooses of that: the likelier ones are shown. */
async function withAnswer(ask: Ask, callTool: CallTool | null, signal: AbortSignal): Promise<Found> {
  const textsOf = (completion: Completion): Candidate[] => [completion, ...completion.alternatives];
  const first = await ask({});
  const guessed = { texts: textsOf(first), message: null, engineMs: first.milliseconds };
  if (first.asks === null || callTool === null) return guessed;
  const { word } = first.asks;
  const returned = (await callTool(first.asks, signal)).filter((name) => goesOnWith(name, word));
  if (returned.length === 0) return guessed;
  const { message, ...told } = await ask({ returned });
  const engineMs = first.milliseconds + told.milliseconds;
  // There was no time to choose among them.
  if (message === null) return { ...guessed, engineMs };
  return { texts: [...guessed.texts, told, ...told.alternatives], message, engineMs };
}

interface Demand {
  /** of how often it is right */
  readonly least: number;
  /** from which on it is */
  readonly probability: number;
  /** text that is no mere closing follows on the line */
  readonly isBetween: boolean;
  /** indentation that the line lacks */
  readonly lead: string;
}

function optionsFor(
  { isExplicit }: Question,
  { multiline, maxTokens }: Eagerness,
  { probability, isBetween }: Demand,
): CompletionOptions {
  const lines = multiline && !isBetween;
  return {
    leastProbability: probability,
    maxTokens,
    maxMilliseconds,
    maxLines: lines ? mostLines : 1,
    alternatives: isExplicit ? alternatives : 0,
    restFollows: isBetween,
  };
}

function leastAcceptance({ place, isExplicit }: Question, eagerness: Eagerness): number {
  if (isExplicit) return Math.min(leastOnDemand, eagerness.leastAcceptance);
  const least = eagerness.leastAcceptance;
  return isProse(place.prefix, place.languageId) ? leastInProse(least) : least;
}

/** Of a single line as much is shown as is sure, of several each as a whole, and only within a block or of one that the first opens. */
function isWhole({ text, stop }: Candidate, end: number, prefix: string): boolean {
  const firstLine = text.search(/[\r\n]/);
  if (firstLine < 0 || end <= firstLine) return true;
  const isWithin = /^[ \t]/.test(lastLine(prefix)) || /[{([:>]$/.test(text.slice(0, firstLine).trimEnd());
  const isEnded = end < text.length ? /[\r\n]/.test(text[end]!) : stop === 'lineEnd';
  return isWithin && isEnded;
}

function isSame(one: Eagerness, other: Eagerness): boolean {
  return (
    one.leastAcceptance === other.leastAcceptance &&
    one.multiline === other.multiline &&
    one.maxTokens === other.maxTokens
  );
}

function isWithinWord({ prefix, suffix }: Place): boolean {
  return /[\p{L}\p{N}\p{M}_]$/u.test(prefix) && beginsWithinWord(suffix);
}

/** A place is known by its line and the one above it, wherever they move: many lines begin alike, or are empty. */
function placeName({ prefix }: Pick<Place, 'prefix'>, name: string): string {
  const line = lastLine(prefix);
  const above = lastLine(prefix.slice(0, prefix.length - line.length).trimEnd());
  return JSON.stringify([name, above.trim(), line.trim()]);
}

/** The likeliest first, each text once. */
function inOrder(suggestions: readonly Suggestion[]): Suggestion[] {
  const sorted = [...suggestions].sort((a, b) => b.acceptance - a.acceptance);
  return sorted.filter(({ text }, i) => sorted.findIndex((other) => other.text === text) === i);
}

function silent(silence: Silence, asked: Asked | null): Answer {
  return { suggestions: [], silence, asked, message: null };
}
