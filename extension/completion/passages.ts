import { lineInFile } from '../corpus/lines.ts';
import type { Passage, WorkspaceText } from '../protocol/workspaceText.ts';
import type { ProjectDocument } from './projectDocuments.ts';

/** Tokens of a passage, and of all passages together: a few seconds of a model's work. */
export const passageTokens = 512;
const mostTokens = 32_768;

/** A document from one of its tokens on. */
interface Cut {
  readonly document: ProjectDocument;
  readonly from: number;
}

/**
 * Passages of all documents or, where there are too many, of every so manieth place. Each is from another part of the workspace than the
 * one before it, so that who reads on for a while has read of everything.
 * @param documents each ended by the end-of-text token, which then stands before its first passage
 * @param lineFeeds u8[vocabSize]: line feeds in each token
 */
export function passagesOf(
  documents: readonly ProjectDocument[],
  lineFeeds: Uint8Array,
  most = mostTokens,
): WorkspaceText {
  const cuts = documents.flatMap((document) =>
    Array.from({ length: Math.ceil((document.ids.length - 1) / passageTokens) }, (_, i): Cut => {
      return { document, from: i * passageTokens };
    }),
  );
  const taken = Math.min(cuts.length, Math.floor(most / passageTokens));
  const spread = Array.from({ length: taken }, (_, i) => cuts[Math.floor((i * cuts.length) / taken)]!);
  const passages = inLeaps(spread).map((cut) => passageAt(cut, lineFeeds));
  return { passages, tokens: documents.reduce((sum, { ids }) => sum + ids.length, 0) };
}

/** In an order in which neighbours are far apart. */
function inLeaps<Item>(items: readonly Item[]): Item[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  return items
    .map((item, i) => ({ item, place: (i * golden) % 1 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function passageAt({ document, from }: Cut, lineFeeds: Uint8Array): Passage {
  const { path, removed, ids } = document;
  const end = ids.length - 1;
  let line = 0;
  for (let i = 0; i < from; i++) line += lineFeeds[ids[i]!]!;
  const place = { linesBefore: 0, ...(removed === undefined ? {} : { removed }) };
  const of = ids.subarray(from, Math.min(from + passageTokens, end));
  const lines = Uint32Array.from(of, (id) => {
    const here = lineInFile(place, line);
    line += lineFeeds[id]!;
    return here;
  });
  if (from > 0) return { file: path, ids: of.slice(), lines };
  return {
    file: path,
    ids: Uint16Array.of(ids[end]!, ...of),
    lines: Uint32Array.of(lines[0] ?? 1, ...lines),
  };
}
