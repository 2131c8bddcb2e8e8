/** A place in a document, as a link in a hover names it; line and column from 1. */
export interface AskedPlace {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** What a command was given, if that is a place; null: it is anything else, as links that anybody may write have it. */
export function askedPlace(argument: unknown): AskedPlace | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { uri, line, column } = argument as Partial<Record<keyof AskedPlace, unknown>>;
  if (typeof uri !== 'string' || !isCounted(line) || !isCounted(column)) return null;
  return { uri, line, column };
}

function isCounted(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
