/** A piece of a file as it is counted: without its licence, secrets redacted. */
export interface Passage {
  /** as the corpus names it */
  readonly file: string;
  /** begins with the end-of-text token where the file does */
  readonly ids: Uint16Array;
  /** on which line of the file each token begins, from 1 */
  readonly lines: Uint32Array;
}
import type { NamedToken } from './tokenBytes.ts';

/** The text of the workspace, or so much of it as can be looked at in a few seconds. */
export interface WorkspaceText {
  readonly passages: readonly Passage[];
  /** of the whole workspace */
  readonly tokens: number;
}

/** A line of the workspace in which a neuron fires. */
export interface FiringLine {
  readonly file: string;
  readonly line: number;
  /** place of the token that fires it most, among all that are read */
  readonly at: number;
  /** its sum there; what it says is max(0, sum)² */
  readonly sum: number;
  readonly activation: number;
  /** some tokens around it, none of other lines */
  readonly tokens: readonly NamedToken[];
  /** which of them it is */
  readonly fired: number;
}

/** Where in the workspace a neuron fires most, as far as it has been read. */
export interface FiringLines {
  readonly neuron: number;
  /** the strongest first */
  readonly lines: readonly FiringLine[];
  /** tokens that have been read, that will be, and that there are in the workspace */
  readonly read: number;
  readonly toRead: number;
  readonly tokens: number;
}

/** A token of the vocabulary. */
export interface CountedToken extends NamedToken {
  /** how often it stands in the text */
  readonly count: number;
  /** occurrences of all tokens that are more frequent */
  readonly before: number;
}

/**
 * How often a pair is joined in a text: what is inside of a token is always joined by the same merges, so each token that holds the joined pair
 * counts as often as it stands there, times how often it holds it.
 */
export interface MergeCount {
  readonly total: number;
  /** those that count for most, the first first */
  readonly terms: readonly MergeTerm[];
  /** of all other tokens together */
  readonly rest: number;
}

export interface MergeTerm {
  /** the token; of a long one its beginning */
  readonly bytes: string;
  /** how often it holds the joined pair, and how often it stands in the text */
  readonly times: number;
  readonly count: number;
}

/** Some of the vocabulary, the most frequent first; equals by their ids. */
export interface VocabularyRows {
  readonly size: number;
  /** rank of the first row, from 0 */
  readonly from: number;
  readonly rows: readonly CountedToken[];
  /** tokens of the text that was counted; null: none was, and the order is that of the ids */
  readonly total: number | null;
  /** rank of the token that is looked at */
  readonly chosen: number;
}
