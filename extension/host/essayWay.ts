import { type EssayAction, essaySeed, type EssayWay } from '../protocol/inspecting.ts';

/** A lesson goes on from where the example stands. */
export function wayAfter(way: EssayWay | null, action: EssayAction): EssayWay {
  if (action.type === 'begin') return { seed: action.seed, lessons: [] };
  const { steps, rate } = action;
  return { seed: way?.seed ?? essaySeed, lessons: [...(way?.lessons ?? []), { steps, rate }] };
}

/** Without what else is known of it. */
export function wayOf({ seed, lessons }: EssayWay): EssayWay {
  return { seed, lessons };
}
