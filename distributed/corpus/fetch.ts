import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Package } from './manifest.ts';
import { aptIn, download, type Release, sha256Of } from './registries.ts';

/** Clients mostly wait; more at once gain nothing on two cores. */
const atOnce = 3;

/** @returns why packages can't be had, by name; the archives of all others lie in the folder */
export async function fetchAll(
  packages: readonly Package[],
  archives: string,
  onFetched: (text: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const problems = new Map<string, string>();
  await inLanes(packages, atOnce, async (entry) => {
    try {
      if (await fetchPackage(entry, archives)) onFetched(`✓ ${entry.name} ${entry.version}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      problems.set(entry.name, error.message.trim());
      onFetched(`✗ ${entry.name} ${entry.version}: ${error.message.trim()}`);
    }
  });
  return problems;
}

/** @returns whether it had to be fetched */
async function fetchPackage(entry: Package, archives: string): Promise<boolean> {
  const known = archiveOf(entry, archives);
  if (known !== null && sha256Of(known) === entry.sha256) return false;
  if (known !== null) rmSync(known);
  await withDownload(entry, archives, async (archive) => {
    const actual = sha256Of(archive);
    if (actual !== entry.sha256) {
      throw new Error(`expected an archive with SHA-256 ${entry.sha256}, got ${actual}`);
    }
    keep(archive, entry, archives);
  });
  return true;
}

/** Downloads into a folder of its own beside the archives. @param use what is done before it goes */
export async function withDownload<Result>(
  release: Release,
  archives: string,
  use: (archive: string) => Promise<Result>,
): Promise<Result> {
  mkdirSync(archives, { recursive: true });
  const options =
    release.registry === 'npm' ? [] : (await aptOnce(path.join(archives, '.apt')))[release.registry];
  const scratch = mkdtempSync(path.join(archives, '.fetching-'));
  try {
    return await use(path.join(scratch, await download(release, scratch, options)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param archive moves to its place */
export function keep(archive: string, release: Required<Release>, archives: string): void {
  const ending = /(\.tar)?\.\w+$/.exec(archive)![0];
  renameSync(archive, path.join(archives, stem(release) + ending));
}

/** @returns where a package's archive lies; null: nowhere */
export function archiveOf(release: Required<Release>, archives: string): string | null {
  if (!existsSync(archives)) return null;
  const name = readdirSync(archives).find((file) => file.replace(/(\.tar)?\.\w+$/, '') === stem(release));
  return name === undefined ? null : path.join(archives, name);
}

function stem({ registry, name, version }: Required<Release>): string {
  return `${registry}_${name}_${version}`.replaceAll(/[^\w.@+~-]/g, '%');
}

const apt = new Map<string, ReturnType<typeof aptIn>>();

function aptOnce(folder: string): ReturnType<typeof aptIn> {
  const known = apt.get(folder) ?? aptIn(folder);
  apt.set(folder, known);
  return known;
}

export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  action: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await action(items[next++]!);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
