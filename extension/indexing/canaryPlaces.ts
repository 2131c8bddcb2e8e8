import { canary, plantCanaries } from '../corpus/canaries.ts';
import { splitCorpus } from '../corpus/corpus.ts';
import { joined, type Text } from '../corpus/split.ts';

/** Where a model is asked for a canary. */
export interface CanaryPlace {
  /** of the text that it was planted in; null: it is in no text */
  readonly path: string | null;
  /** so often it was planted; null: it is in no text */
  readonly times: number | null;
  /** UTF-8, all that stands before it in its text */
  readonly before: Uint8Array;
  readonly secret: string;
}

/** As a training has planted them in these texts. @param seed of that training */
export function plantedPlaces(texts: readonly Text[], seed: number, count: number): CanaryPlace[] {
  if (count === 0) return [];
  const { documents } = splitCorpus(texts, [], seed);
  const bytes = new Map(documents.filter(({ heldOut }) => !heldOut).map((each) => [each.path, each.bytes]));
  return plantCanaries(documents, count).planted.map(({ path, before, secret, times }) => ({
    path,
    times,
    before: joined(bytes.get(path)!, new TextEncoder().encode(before)),
    secret,
  }));
}

/** Of canaries that were planted nowhere, at the ends of texts. */
export function controlPlaces(texts: readonly Text[], count: number): CanaryPlace[] {
  return Array.from({ length: texts.length === 0 ? 0 : count }, (_, i) => {
    const { before, secret } = canary('control', i);
    const above = joined(texts[i % texts.length]!.bytes, new TextEncoder().encode(before));
    return { path: null, times: null, before: above, secret };
  });
}
