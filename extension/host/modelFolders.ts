import type { FileSystem } from '../platform/platform.ts';
import type { ModelOrigin } from '../protocol/inspector.ts';

/** Where in the workspace's storage something of the base is kept. @param own folder of the workspace's trained model */
export function baseOf(own: string): string {
  return `${own}-base`;
}

/** Where a model is kept that somebody else has trained: in the base's place, until a training here begins with it. */
export function importedOf(own: string): string {
  return `${own}-imported`;
}

/** Whether it is this workspace's to write in and beside, as the base's folder is not. */
export function isStored(folder: string | null, own: string): folder is string {
  return folder === own || folder === importedOf(own);
}

export function originOf(folder: string, own: string): ModelOrigin {
  if (folder === own) return 'trained';
  return folder === importedOf(own) ? 'imported' : 'base';
}

/** The first of these folders that is there: what was trained, what was imported, the base; null: none. @param base null: switched off */
export async function servedFolder(
  files: FileSystem,
  own: string,
  base: string | null,
): Promise<string | null> {
  await files.recoverFolder(own);
  return (await files.exists(own)) ? own : beginningFolder(files, own, base);
}

/** What a training begins with: what was imported, or the base; null: random numbers. */
export async function beginningFolder(
  files: FileSystem,
  own: string,
  base: string | null,
): Promise<string | null> {
  const imported = importedOf(own);
  await files.recoverFolder(imported);
  if (await files.exists(imported)) return imported;
  return base !== null && (await files.exists(base)) ? base : null;
}
