import type { InspectorMemory } from '../protocol/inspector.ts';

/** What was kept before a reload, or null: an earlier version of the extension may have kept something else. */
export function readMemory(kept: unknown): InspectorMemory | null {
  if (!isRecord(kept)) return null;
  const { pinned, place, tokensBack } = kept;
  if (typeof pinned !== 'boolean' || !(tokensBack === null || isWhole(tokensBack))) return null;
  if (place === null) return { pinned, place, tokensBack };
  if (!isRecord(place)) return null;
  const { uri, line, column } = place;
  if (typeof uri !== 'string' || !isWhole(line) || !isWhole(column) || line < 1 || column < 1) return null;
  return { pinned, place: { uri, line, column }, tokensBack };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
