/** A token of a sample, or one of the sample before that is no longer there. */
export interface Change {
  readonly kind: 'kept' | 'new' | 'gone';
  readonly bytes: string;
}

/** How a sample came of the one before: as many tokens as possible are kept, in their order. */
export function changesBetween(before: readonly string[], now: readonly string[]): Change[] {
  const common = commonLengths(before, now);
  const changes: Change[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < now.length) {
    if (i < before.length && j < now.length && before[i] === now[j]) {
      changes.push({ kind: 'kept', bytes: now[j]! });
      i += 1;
      j += 1;
    } else if (j === now.length || (i < before.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      changes.push({ kind: 'gone', bytes: before[i]! });
      i += 1;
    } else {
      changes.push({ kind: 'new', bytes: now[j]! });
      j += 1;
    }
  }
  return changes;
}

/** [i][j]: most tokens that what follows i in the one and j in the other have in common, in their order */
function commonLengths(before: readonly string[], now: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    Array.from({ length: now.length + 1 }, () => 0),
  );
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        before[i] === now[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
