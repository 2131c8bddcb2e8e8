import type { Silence } from '../completion/suggester.ts';
import { isNamedSecret } from '../corpus/names.ts';
import type { IndexStage } from '../protocol/indexing.ts';
import { excludingGlob } from './exclusionRules.ts';

/** Why there is no suggestion at a place. */
export type SilenceReason =
  /** text of this kind is never completed: a log, another extension's output, a file of another system */
  | { readonly kind: 'otherScheme'; readonly scheme: string }
  | { readonly kind: 'languageOff'; readonly language: string }
  | { readonly kind: 'excludedFile'; readonly glob: string }
  /** nothing is learnt from it either, nor is any of it sent to a server */
  | { readonly kind: 'secretFile' }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'manual' }
  /** the editor's own setting keeps it from asking by itself */
  | { readonly kind: 'editorOff' }
  /** `untilMs`: since 1970 */
  | { readonly kind: 'snoozed'; readonly untilMs: number }
  | { readonly kind: 'noModel' }
  | { readonly kind: 'indexNotReady'; readonly stage: IndexStage }
  | { readonly kind: 'insideWord' }
  /** more than closing brackets stands behind the cursor */
  | { readonly kind: 'textBehind' }
  /** the chosen entry of the list of suggestions does not end at the cursor */
  | { readonly kind: 'listElsewhere' }
  /** it was refused twice on this line */
  | { readonly kind: 'unwanted' }
  /** it is there already, above or below */
  | { readonly kind: 'standsThere' }
  /** `probability`: how often such a suggestion is right; null: it is not known */
  | { readonly kind: 'unsure'; readonly probability: number | null }
  | { readonly kind: 'lineEnds' }
  /** what is missing is quicker typed than read, or stands behind the cursor already */
  | { readonly kind: 'tooShort' }
  | { readonly kind: 'late' }
  | { readonly kind: 'failed'; readonly sentence: string };

/** What holds for a whole document. */
export interface DocumentFacts {
  /** whether text of its scheme is completed at all */
  readonly completed: boolean;
  readonly scheme: string;
  readonly language: string;
  readonly enabled: boolean;
  /** as globs see it: below its folder of the workspace */
  readonly path: string;
  readonly excluded: readonly string[];
  readonly characters: number;
  readonly manual: boolean;
  /** since 1970; null: suggestions are not snoozed, as far as is known */
  readonly snoozedUntilMs: number | null;
  readonly canComplete: boolean;
  readonly stage: IndexStage | null;
}

/** Larger files are data; nothing is learnt from them either. */
const mostCharacters = 1_000_000;

/**
 * Why nothing is suggested in a document, wherever the cursor stands; null: there may be something.
 * @param explicit somebody asks for a suggestion now
 */
export function standingSilence(facts: DocumentFacts, explicit: boolean): SilenceReason | null {
  const { scheme, language, stage, snoozedUntilMs } = facts;
  if (!facts.completed) return { kind: 'otherScheme', scheme };
  if (!facts.enabled) return { kind: 'languageOff', language };
  const glob = excludingGlob(facts.excluded, facts.path);
  if (glob !== null) return { kind: 'excludedFile', glob };
  if (isNamedSecret(facts.path)) return { kind: 'secretFile' };
  if (facts.characters > mostCharacters) return { kind: 'tooLarge' };
  if (!facts.canComplete) return stage === null ? { kind: 'noModel' } : { kind: 'indexNotReady', stage };
  if (explicit) return null;
  if (snoozedUntilMs !== null) return { kind: 'snoozed', untilMs: snoozedUntilMs };
  return facts.manual ? { kind: 'manual' } : null;
}

/** The suggester's reason as a person is told. */
export function silenceOf(silence: Silence): SilenceReason {
  switch (silence.kind) {
    case 'unsure':
      return { kind: 'unsure', probability: silence.acceptance };
    case 'lineEnds':
    case 'late':
    case 'unwanted':
      return silence;
    case 'refused':
      return { kind: refusals[silence.reason] };
  }
}

const refusals = {
  midWord: 'insideWord',
  midLine: 'textBehind',
  alreadyBelow: 'standsThere',
  repeatsAbove: 'standsThere',
  tooShort: 'tooShort',
} as const;
