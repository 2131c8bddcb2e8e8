/** Slow disks answer several requests at once faster; more than so many gain nothing and use up file handles. */
export const atOnce = 16;

/** `action` of every item, in the order of the items; at most 16 run at a time. The first that rejects rejects all. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  results.length = items.length;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await action(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return results;
}
