/**
 * Of a document that was changed in one place, that place with so many tokens around it as it takes to know where one is; of one that
 * was changed in several, all between the first and the last; of a new one, all.
 * @returns empty when nothing was added or replaced
 */
export function changedPart(before: Uint16Array | null, after: Uint16Array, around: number): Uint16Array {
  if (before === null) return after;
  const shared = Math.min(before.length, after.length);
  let start = 0;
  while (start < shared && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shared - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const end = after.length - tail;
  if (start >= end) return after.subarray(0, 0);
  return after.subarray(Math.max(0, start - around), Math.min(after.length, end + around));
}
