import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Relative path → content. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** Calls `action` with a new folder that holds these files, and removes it afterwards. */
export async function withTree<Result>(
  tree: Tree,
  action: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nihilo-corpus-'));
  try {
    plant(folder, tree);
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function plant(folder: string, tree: Tree): void {
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
