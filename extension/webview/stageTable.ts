import type { Inspection } from '../protocol/prediction.ts';
import { type StageId, stageIds, type StageKind, type StageQuestion } from '../protocol/stages.ts';
import type { Selection } from './selection.ts';

/** What a stage asks of the run before it can be drawn. The one table that rail, views, phrases and commands follow. */
type Questions = (selection: Selection, inspection: Inspection) => readonly StageQuestion[];

const placeOf = (
  { layer, head }: Selection,
  { position }: Inspection,
): { readonly layer: number; readonly head: number; readonly position: number } => ({
  layer,
  head,
  position,
});

/** The chosen other token, as far as a head can look at it: nothing looks ahead. */
export function lookedBackAt({ other }: Selection, { position }: Inspection): number | null {
  return other !== null && other > position ? null : other;
}

const questions: Readonly<Record<StageId, Questions>> = {
  text: () => [],
  tokens: ({ vocabularyFrom }, { position }) => [
    { kind: 'merges', position },
    { kind: 'vocabulary', position, from: vocabularyFrom },
  ],
  vectors: ({ other, point, map }, { position }) => [
    { kind: 'vectors', position, other: other ?? Math.max(0, position - 1), point },
    ...(map ? [{ kind: 'map' as const, point }] : []),
  ],
  attention: (selection, inspection) => [
    { kind: 'thumbnails' },
    { kind: 'attention', other: lookedBackAt(selection, inspection), ...placeOf(selection, inspection) },
  ],
  mix: (selection, inspection) => [{ kind: 'mix', ...placeOf(selection, inspection) }],
  neurons: ({ layer, neuron, silenced, firingLines }, { position }) => [
    { kind: 'neurons', layer, position, silenced: silenced ? neuron : null },
    ...(firingLines ? [{ kind: 'firingLines' as const, layer, position, neuron }] : []),
  ],
  scores: (_, { position }) => [
    { kind: 'scores', position },
    { kind: 'parts', position },
  ],
  choice: ({ temperature, topK, topP, seed }, { position }) => [
    { kind: 'choice', position, temperature, topK, topP, seed },
  ],
  messages: ({ message }) => [
    { kind: 'messages' },
    ...(message === null ? [] : [{ kind: 'call' as const, message }]),
  ],
  why: ({ whyToken, branch }, { position }) => [
    { kind: 'why', position, token: whyToken },
    { kind: 'branch', position, tokens: branch },
    { kind: 'doubt', position, token: whyToken },
    { kind: 'seen', position },
  ],
  learning: ({ rate, weight, paper }, { position }) => [
    { kind: 'learning', position, rate, weight },
    ...(paper === 'none' ? [] : [{ kind: 'pass' as const, position, rate }]),
  ],
};

/** What is answered again and again, until nobody wants more of it. */
export const growing: readonly StageKind[] = ['firingLines', 'why', 'branch'];

/** What the stage does not wait for: it shows by itself how far it is. */
export const awaitedApart: readonly StageKind[] = [
  'merges',
  'vocabulary',
  'firingLines',
  'parts',
  'pass',
  'along',
  'doubt',
  'call',
  'operations',
];

/** What is needed for the open stage; the overview, whose numbers the rail shows, always; last what is drawn beside it. */
export function questionsOf(
  stage: StageId,
  selection: Selection,
  inspection: Inspection,
): readonly StageQuestion[] {
  return [
    { kind: 'overview', ...placeOf(selection, inspection) },
    ...questions[stage](selection, inspection),
    ...(selection.flow ? [{ kind: 'operations' as const }] : []),
  ];
}

/** The stage a step further (1) or back (−1). */
export function neighbourOf(stage: StageId, by: 1 | -1): StageId {
  const at = stageIds.indexOf(stage) + by;
  return stageIds[Math.min(stageIds.length - 1, Math.max(0, at))]!;
}
