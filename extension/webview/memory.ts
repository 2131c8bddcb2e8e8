import type { InspectorMemory } from '../protocol/inspector.ts';
import { stageIds } from '../protocol/stages.ts';

/** What was kept before a reload, or null: an earlier version of the extension may have kept something else. */
export function readMemory(kept: unknown): InspectorMemory | null {
  if (!isRecord(kept)) return null;
  const { pinned, place, tokensBack } = kept;
  const stage = stageIds.find((id) => id === kept['stage']);
  const { layer, head, topK, seed, temperature, topP } = kept;
  if (typeof pinned !== 'boolean' || stage === undefined) return null;
  if (!(tokensBack === null || isWhole(tokensBack)) || !isWhole(layer) || !isWhole(head)) return null;
  if (!isWhole(topK) || !isWhole(seed) || !isBetween(temperature, 0, 2) || !isBetween(topP, 0, 1))
    return null;
  if (layer < 0 || head < 0 || topK < 0 || seed < 0) return null;
  const rest = { pinned, tokensBack, stage, layer, head, topK, seed, temperature, topP };
  if (place === null) return { ...rest, place };
  if (!isRecord(place)) return null;
  const { uri, line, column } = place;
  if (typeof uri !== 'string' || !isWhole(line) || !isWhole(column) || line < 1 || column < 1) return null;
  return { ...rest, place: { uri, line, column } };
}

function isBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
