import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inLanes, keep, withDownload } from './fetch.ts';
import { isPermissive, spdxOfDebian } from './licences.ts';
import { isNamed, type Package, readManifest, writeManifest } from './manifest.ts';
import { output, type Registry, sha256Of, unpack } from './registries.ts';

/**
 * Adds packages to the manifest, in the version that their registry offers now. A package that is there stays as it is.
 * @param specifications `npm:NAME`, `debian:NAME`, `debian-source:NAME`, or several with `|` between them, of which the first that
 *   can be had is taken; behind it, ` ID` says a licence that a person has read
 *   where the package itself doesn't name it for a machine
 * @returns why packages were not added
 */
export async function pinAll(
  specifications: readonly string[],
  manifest: string,
  archives: string,
): Promise<readonly string[]> {
  const packages = existsSync(manifest) ? readManifest(manifest) : [];
  const problems: string[] = [];
  await inLanes(specifications, 5, async (specification) => {
    const [what = '', licence] = specification.trim().split(/\s+/);
    for (const alternative of what.split('|')) {
      const registry = alternative.slice(0, alternative.indexOf(':')) as Registry;
      const name = alternative.slice(alternative.indexOf(':') + 1);
      if (packages.some((entry) => entry.name === name)) return;
      try {
        packages.push(await pin(registry, name, licence, archives));
        writeManifest(manifest, packages);
        return;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        problems.push(`${alternative}: ${error.message.trim().split('\n').at(-1)}`);
      }
    }
  });
  return problems;
}

async function pin(
  registry: Registry,
  name: string,
  read: string | undefined,
  archives: string,
): Promise<Package> {
  if (isNamed(name)) throw new Error('it is of what quality is measured on, or goes with it');
  return withDownload({ registry, name }, archives, async (archive) => {
    const { version, licence, without } =
      registry === 'npm'
        ? await fromNpm(archive)
        : registry === 'debian'
          ? await fromBinary(archive)
          : await fromSource(path.dirname(archive));
    const stated = read ?? licence;
    if (!isPermissive(stated)) throw new Error(`expected a permissive licence, got ${stated}`);
    const entry = { name, registry, version, sha256: sha256Of(archive), licence: stated };
    keep(archive, entry, archives);
    return without.length === 0 ? entry : { ...entry, without };
  });
}

interface Terms {
  readonly version: string;
  readonly licence: string;
  readonly without: readonly string[];
}

async function fromNpm(archive: string): Promise<Terms> {
  const names = (await output('tar', '-tf', archive)).split('\n');
  const file = names.find((name) => /^[^/]+\/package\.json$/.test(name));
  if (file === undefined) throw new Error('expected a package.json, got none');
  const { version, license, licenses } = JSON.parse(await output('tar', '-xOf', archive, file)) as {
    version: string;
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  const stated = license ?? licenses?.[0];
  return { version, licence: (typeof stated === 'string' ? stated : stated?.type) ?? 'none', without: [] };
}

/** @param folder with what apt-get downloaded */
async function fromSource(folder: string): Promise<Terms> {
  const files = readdirSync(folder);
  const description = files.find((file) => file.endsWith('.dsc'));
  if (description === undefined) throw new Error('expected a .dsc, got none');
  const version = /^Version: (.+)$/m.exec(readFileSync(path.join(folder, description), 'utf8'))![1]!;
  const changes =
    files.find((file) => /\.debian\.tar\.\w+$/.test(file)) ?? files.find((file) => /\.tar\.\w+$/.test(file))!;
  const copyright = await output(
    'tar',
    '-xOf',
    path.join(folder, changes),
    '--wildcards',
    '*debian/copyright',
  );
  return { version, ...termsOfCopyright(copyright) };
}

async function fromBinary(archive: string): Promise<Terms> {
  const version = (await output('dpkg-deb', '-f', archive, 'Version')).trim();
  const name = (await output('dpkg-deb', '-f', archive, 'Package')).trim();
  const folder = path.join(path.dirname(archive), 'unpacked');
  await unpack('debian', archive, folder);
  const copyright = readFileSync(path.join(folder, 'usr/share/doc', name, 'copyright'), 'utf8');
  const { licence, without } = termsOfCopyright(copyright);
  return { version, licence, without: without.map(installedGlob) };
}

/** The paths are those of the source package; what is installed has only their ends in common with them. */
export function installedGlob(glob: string): string {
  const [, names = '', ending = ''] = /^(.*?)(\{,\/\*\*\}|\/\*\*\/\*)?$/.exec(glob)!;
  const kept = names.split('/').slice(ending === '/**/*' ? -1 : -2);
  return `**/${kept.join('/')}${ending}`;
}

/** @param text a machine-readable debian/copyright @source the Debian policy's copyright format 1.0 */
export function termsOfCopyright(text: string): { licence: string; without: string[] } {
  let licence = 'none';
  const without: string[] = [];
  for (const stanza of text.split(/\n[ \t]*\n/)) {
    const fields = fieldsOf(stanza);
    const files = fields
      .get('files')
      ?.split(/\s+/)
      .filter((glob) => glob !== '');
    const stated = fields.get('license')?.split('\n')[0];
    if (files === undefined || stated === undefined) continue;
    const spdx = spdxOfDebian(stated);
    if (files.includes('*')) licence = spdx;
    else if (!isPermissive(spdx))
      without.push(...files.filter((glob) => !glob.startsWith('debian/')).map(globOf));
  }
  return { licence, without };
}

/** There `*` matches slashes, too. */
function globOf(pattern: string): string {
  const path = pattern.replace(/^\.\//, '');
  return path.includes('*')
    ? path.replaceAll(/\*+/g, '**').replace(/\*\*$/, '**/*').replaceAll('**.', '**/*.')
    : `${path}{,/**}`;
}

function fieldsOf(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const match of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
    fields.set(match[1]!.toLowerCase(), match[2]!.trim());
  }
  return fields;
}
