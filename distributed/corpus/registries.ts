import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Where packages come from, each by its ordinary client: npm, Debian's binary packages, Debian's sources. */
export type Registry = 'npm' | 'debian' | 'debian-source';

export interface Release {
  readonly registry: Registry;
  readonly name: string;
  /** absent: the newest */
  readonly version?: string;
}

/**
 * Puts a package's archive into a folder, with whatever else the client puts beside it.
 * @param folder empty
 * @param aptOptions of `aptIn`; Debian's sources can't be had without
 * @returns the archive's name in `folder`
 */
export async function download(
  { registry, name, version }: Release,
  folder: string,
  aptOptions: readonly string[] = [],
): Promise<string> {
  switch (registry) {
    case 'npm':
      await run(folder, 'npm', 'pack', '--silent', version === undefined ? name : `${name}@${version}`);
      break;
    case 'debian':
      await run(
        folder,
        'apt-get',
        ...aptOptions,
        'download',
        '-q',
        version === undefined ? name : `${name}=${version}`,
      );
      break;
    case 'debian-source': {
      const what = version === undefined ? name : `${name}=${version}`;
      await run(folder, 'apt-get', ...aptOptions, 'source', '-q', '--only-source', '--download-only', what);
    }
  }
  const archive = archiveAmong(readdirSync(folder));
  if (archive === null) throw new Error(`expected an archive of ${name}, got none`);
  return archive;
}

/** Of a source package's files that with the authors' own text: not Debian's changes, not parts that were packed apart. */
function archiveAmong(files: readonly string[]): string | null {
  const archives = files.filter(
    (file) => /\.(tgz|deb|tar\.\w+)$/.test(file) && !/\.debian\.tar\.\w+$/.test(file),
  );
  return (
    archives.find((file) => /\.orig\.tar\.\w+$/.test(file)) ??
    archives.find((file) => !file.includes('.orig-')) ??
    null
  );
}

/** @param folder is made, unless it is there @param without patterns of tar for what is not unpacked */
export async function unpack(
  registry: Registry,
  archive: string,
  folder: string,
  without: readonly string[] = [],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  if (registry === 'debian') return run(folder, 'dpkg-deb', '-x', archive, folder);
  const options = ['--no-same-owner', ...without.map((pattern) => `--exclude=${pattern}`)];
  return run(folder, 'tar', '-xf', archive, '--strip-components=1', ...options);
}

/**
 * Options by which apt keeps what it parsed, and knows the sources of the releases whose binary packages this machine is set up
 * for: in a folder of its own, so that nothing of the system changes.
 */
export async function aptIn(folder: string): Promise<{ readonly [Kind in Registry]: readonly string[] }> {
  for (const part of ['lists/partial', 'cache/archives/partial', 'sources/archives/partial']) {
    mkdirSync(path.join(folder, part), { recursive: true });
  }
  const list = path.join(folder, 'sources.list');
  const options = {
    'Dir::Cache::pkgcache': 'pkgcache.bin',
    'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
    'Dir::Cache': path.join(folder, 'cache'),
  };
  const sources = asArguments({
    ...options,
    'Dir::Cache': path.join(folder, 'sources'),
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::Lists': path.join(folder, 'lists'),
  });
  const apt = { npm: [], debian: asArguments(options), 'debian-source': sources };
  if (existsSync(list)) return apt;
  const format = '$(ORIGIN)|deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)';
  const targets = await output('apt-get', 'indextargets', '--format', format, 'Created-By: Packages');
  const lines = targets.split('\n').filter((line) => line.startsWith('Debian|'));
  const unfinished = `${list}.unfinished`;
  const ours = new Set(lines.map((line) => line.slice(line.indexOf('|') + 1)));
  writeFileSync(unfinished, [...ours].join('\n') + '\n');
  await run(folder, 'apt-get', ...sources, '-o', `Dir::Etc::sourcelist=${unfinished}`, 'update', '-q');
  renameSync(unfinished, list);
  return apt;
}

function asArguments(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([option, value]) => ['-o', `${option}=${value}`]);
}

export function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

const execute = promisify(execFile);
const shell = process.platform === 'win32';

async function run(cwd: string, command: string, ...args: readonly string[]): Promise<void> {
  await execute(command, args, { cwd, shell, maxBuffer: 64_000_000 });
}

export async function output(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, args, { shell, maxBuffer: 64_000_000 });
  return stdout;
}
