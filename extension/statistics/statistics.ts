import type { PrecedentRecord } from '../protocol/precedent.ts';
import type { PrecedentCount } from './precedentTally.ts';
import { keptAfterMs, type Outcome, readableMs } from './tracker.ts';

/** What has become of accepted text. */
export interface Kept {
  /** of the texts that were looked at: characters, and how many of them were still there */
  readonly inserted: number;
  readonly kept: number;
}

/** What is kept of a workspace's suggestions, on this machine only. */
export interface Statistics {
  /** ms since 1970 */
  readonly sinceMs: number;
  readonly shown: number;
  readonly accepted: number;
  readonly partlyAccepted: number;
  /** of those that were shown */
  readonly rejected: number;
  /** of texts that were accepted, whole or in part */
  readonly acceptedCharacters: number;
  /** one key accepts all of a suggestion, or the part of it */
  readonly savedKeystrokes: number;
  /** of suggestions with and without the like of them in the workspace */
  readonly precedents: PrecedentRecord;
  /** after each of `keptAfterMs` */
  readonly kept: readonly Kept[];
}

/** Of what is stored: other figures are another version. */
const version = 1;
const counts = [
  'sinceMs',
  'shown',
  'accepted',
  'partlyAccepted',
  'rejected',
  'acceptedCharacters',
  'savedKeystrokes',
] as const satisfies readonly (keyof Statistics)[];

const noPrecedents: PrecedentRecord = {
  with: { shown: 0, accepted: 0 },
  without: { shown: 0, accepted: 0 },
};

export function noStatistics(sinceMs: number): Statistics {
  return {
    sinceMs,
    shown: 0,
    accepted: 0,
    partlyAccepted: 0,
    rejected: 0,
    acceptedCharacters: 0,
    savedKeystrokes: 0,
    precedents: noPrecedents,
    kept: keptAfterMs.map(() => ({ inserted: 0, kept: 0 })),
  };
}

/** The statistics with one more outcome. */
export function counted(statistics: Statistics, outcome: Outcome): Statistics {
  switch (outcome.type) {
    case 'shown':
      return { ...statistics, shown: statistics.shown + 1 };
    case 'accepted':
      return { ...withCharacters(statistics, outcome), accepted: statistics.accepted + 1 };
    case 'partlyAccepted': {
      // A suggestion counts once, however many words of it are accepted one by one.
      const partlyAccepted = statistics.partlyAccepted + Number(outcome.isFirstPart);
      return { ...withCharacters(statistics, outcome), partlyAccepted };
    }
    case 'rejected':
      return { ...statistics, rejected: statistics.rejected + Number(outcome.shownMs >= readableMs) };
    case 'kept': {
      const add = (kept: Kept): Kept => ({
        inserted: kept.inserted + outcome.inserted,
        kept: kept.kept + outcome.kept,
      });
      const at = keptAfterMs.findIndex((afterMs) => afterMs === outcome.afterMs);
      return { ...statistics, kept: statistics.kept.map((kept, i) => (i === at ? add(kept) : kept)) };
    }
  }
}

/** With the characters of a suggestion, or of a part of it, which took one key. */
function withCharacters(statistics: Statistics, { characters }: { readonly characters: number }): Statistics {
  return {
    ...statistics,
    acceptedCharacters: statistics.acceptedCharacters + characters,
    savedKeystrokes: statistics.savedKeystrokes + characters - 1,
  };
}

/** The statistics with what one more outcome says of precedents. */
export function countedPrecedent(
  statistics: Statistics,
  { side, shown, accepted }: PrecedentCount,
): Statistics {
  const before = statistics.precedents[side];
  const after = { shown: before.shown + shown, accepted: before.accepted + accepted };
  return { ...statistics, precedents: { ...statistics.precedents, [side]: after } };
}

/** As it is stored. */
export function toStored(statistics: Statistics): object {
  return { version, ...statistics };
}

/** What `toStored` gave; null when it is something else, or of another version. */
export function fromStored(stored: unknown): Statistics | null {
  if (!isObject(stored) || stored['version'] !== version) return null;
  const { kept } = stored;
  if (!counts.every((name) => isCount(stored[name]))) return null;
  if (!Array.isArray(kept) || kept.length !== keptAfterMs.length || !kept.every(isKept)) return null;
  const numbers = Object.fromEntries(counts.map((name) => [name, stored[name]]));
  return {
    ...(numbers as Pick<Statistics, (typeof counts)[number]>),
    precedents: precedentsFrom(stored['precedents']),
    kept: kept.map(({ inserted, kept: left }) => ({ inserted, kept: left })),
  };
}

/** They are counted since later than the rest. */
function precedentsFrom(stored: unknown): PrecedentRecord {
  if (!isObject(stored)) return noPrecedents;
  const [known, unheardOf] = [stored['with'], stored['without']];
  return isPrecedentCount(known) && isPrecedentCount(unheardOf)
    ? {
        with: { shown: known.shown, accepted: known.accepted },
        without: { shown: unheardOf.shown, accepted: unheardOf.accepted },
      }
    : noPrecedents;
}

function isPrecedentCount(value: unknown): value is PrecedentRecord['with'] {
  return isObject(value) && isCount(value['shown']) && isCount(value['accepted']);
}

function isKept(value: unknown): value is Kept {
  return isObject(value) && isCount(value['inserted']) && isCount(value['kept']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
