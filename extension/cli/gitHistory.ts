import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import type { Commit, History, LineRange } from '../evaluation/history.ts';
import type { FileEntry, FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';

/** What is not here is not fetched from elsewhere either. */
const environment = { ...process.env, GIT_NO_LAZY_FETCH: '1' };

/** The history of a folder, as git tells it. Nothing is written; `dispose` ends its processes. */
export class GitHistory implements History {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #blobs: BlobReader;

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
    this.#blobs = new BlobReader(folder);
  }

  dispose(): void {
    this.#blobs.dispose();
  }

  /** Along the first parents: each commit's tree is one that somebody worked in. */
  async commits(): Promise<Commit[]> {
    const text = await this.#git(
      'log',
      '--first-parent',
      '--diff-merges=first-parent',
      '--no-renames',
      '--relative',
      '--numstat',
      '-z',
      '--format=commit %H',
      '--',
      '.',
    );
    const commits: { id: string; addedLines: Map<string, number> }[] = [];
    for (const field of text.split('\0')) {
      // A commit's first file follows its line break.
      for (const line of field.split('\n')) {
        const id = /^commit ([0-9a-f]+)$/.exec(line)?.[1];
        if (id !== undefined) commits.push({ id, addedLines: new Map() });
        const [, lines, file] = /^(\d+)\t\d+\t(.+)$/.exec(line) ?? [];
        if (file !== undefined) commits.at(-1)!.addedLines.set(file, Number(lines));
      }
    }
    return commits;
  }

  tree(commit: string): FileSystem {
    return new GitTree(() => this.#entries(commit), this.#blobs);
  }

  async added(from: string, to: string): Promise<Map<string, readonly LineRange[] | null>> {
    const [before, after] = [await this.#entries(from), await this.#entries(to)];
    const text = await this.#git('diff', '--relative', '--name-status', '-M', '-z', from, to);
    const fields = text.split('\0');
    const added = new Map<string, readonly LineRange[] | null>();
    for (let at = 0; at + 1 < fields.length;) {
      const kind = fields[at++]!.charAt(0);
      const old = fields[at++]!;
      const file = kind === 'R' || kind === 'C' ? fields[at++]! : old;
      const [one, other] = [before.get(old), after.get(file)];
      // Of another repository only a commit's id is known, which nobody here may have.
      if (other?.regular !== true) continue;
      added.set(file, one?.regular === true ? await this.#newLines(one.blob, other.blob) : null);
    }
    return added;
  }

  async #newLines(before: string, after: string): Promise<LineRange[]> {
    const text = await this.#git(
      'diff',
      '-U0',
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
      before,
      after,
    );
    return Array.from(text.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm), ([, first, count]) => ({
      first: Number(first),
      count: Number(count ?? 1),
    })).filter(({ count }) => count > 0);
  }

  /** The regular files of the folder at a commit, and whatever else is there. */
  async #entries(commit: string): Promise<Map<string, TreeEntry>> {
    const text = await this.#git('ls-tree', '-r', '-z', '--long', commit);
    const entries = new Map<string, TreeEntry>();
    for (const line of text.split('\0')) {
      const [, mode, blob, size, file] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([^]+)$/.exec(line) ?? [];
      if (file === undefined) continue;
      entries.set(file, { blob: blob!, size: Number(size), regular: mode!.startsWith('100') });
    }
    return entries;
  }

  #git(...args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('git', args, { cwd: this.#folder, env: environment, signal: this.#signal });
      const parts: Buffer[] = [];
      let complaint = '';
      child.stdout.on('data', (part: Buffer) => parts.push(part));
      child.stderr.setEncoding('utf8').on('data', (part: string) => (complaint += part));
      child.on('error', (error) => reject('code' in error && error.code === 'ENOENT' ? noGit() : error));
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(parts).toString('utf8'));
        else reject(refused(this.#folder, complaint));
      });
    });
  }
}

function noGit(): NihiloError {
  return new NihiloError(
    'argumentInvalid',
    say`--split commits should find the program git and there is none; install it or use --split files.`,
  );
}

function refused(folder: string, complaint: string): NihiloError {
  const [what = ''] = complaint.trim().split('\n');
  return new NihiloError(
    'argumentInvalid',
    say`--split commits should be of a folder in a git repository and git says of ${folder}: ${what}; use --split files.`,
  );
}

interface TreeEntry {
  readonly blob: string;
  readonly size: number;
  /** neither a link nor another repository */
  readonly regular: boolean;
}

/** The folder at a commit, at '/'; to be read only. */
class GitTree implements FileSystem {
  readonly #load: () => Promise<ReadonlyMap<string, TreeEntry>>;
  readonly #blobs: BlobReader;
  #entries: Promise<ReadonlyMap<string, TreeEntry>> | null = null;
  readonly #folders = new Map<string, Map<string, FileEntry['type']>>([['/', new Map()]]);

  constructor(load: () => Promise<ReadonlyMap<string, TreeEntry>>, blobs: BlobReader) {
    this.#load = load;
    this.#blobs = blobs;
  }

  async list(folder: string): Promise<FileEntry[]> {
    await this.#loaded();
    return Array.from(this.#folders.get(folder) ?? [], ([name, type]) => ({ name, type }));
  }

  async size(file: string): Promise<number> {
    return (await this.#entry(file)).size;
  }

  /** A commit never changes. */
  async modifiedMs(): Promise<number> {
    return 0;
  }

  async read(file: string): Promise<Uint8Array> {
    return this.#blobs.read((await this.#entry(file)).blob);
  }

  async exists(target: string): Promise<boolean> {
    return (await this.#loaded()).has(target.slice(1)) || this.#folders.has(target);
  }

  replaceFile(): Promise<void> {
    throw new Error('Expected a commit to be read only.');
  }

  replaceFolder(): Promise<void> {
    throw new Error('Expected a commit to be read only.');
  }

  recoverFolder(): Promise<void> {
    throw new Error('Expected a commit to be read only.');
  }

  removeFolder(): Promise<void> {
    throw new Error('Expected a commit to be read only.');
  }

  async #entry(file: string): Promise<TreeEntry> {
    return (await this.#loaded()).get(file.slice(1))!;
  }

  #loaded(): Promise<ReadonlyMap<string, TreeEntry>> {
    this.#entries ??= this.#load().then((entries) => {
      for (const [file, { regular }] of entries) this.#place(`/${file}`, regular ? 'file' : 'other');
      return entries;
    });
    return this.#entries;
  }

  #place(target: string, type: FileEntry['type']): void {
    const folder = path.posix.dirname(target);
    if (!this.#folders.has(folder)) {
      this.#folders.set(folder, new Map());
      this.#place(folder, 'folder');
    }
    this.#folders.get(folder)!.set(path.posix.basename(target), type);
  }
}

/** One `git cat-file --batch`, which answers in the order in which it is asked. */
class BlobReader {
  readonly #folder: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  readonly #waiting: { resolve: (bytes: Uint8Array) => void; reject: (reason: Error) => void }[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(blob: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process().stdin.write(`${blob}\n`);
    });
  }

  dispose(): void {
    this.#child?.kill();
  }

  #process(): ChildProcessWithoutNullStreams {
    if (this.#child !== null) return this.#child;
    const child = spawn('git', ['cat-file', '--batch'], {
      cwd: this.#folder,
      env: environment,
      stdio: 'pipe',
    });
    child.stdout.on('data', (part: Buffer) => {
      this.#received = Buffer.concat([this.#received, part]);
      while (this.#answer());
    });
    const fail = (reason: Error): void => {
      for (const { reject } of this.#waiting.splice(0)) reject(reason);
    };
    child.on('error', fail);
    child.stdin.on('error', fail);
    child.on('close', (code) => fail(new Error(`git cat-file ended with exit code ${code}`)));
    this.#child = child;
    return child;
  }

  /** `<id> blob <size>`, a line end, the bytes and a line end. @returns whether there was a whole answer */
  #answer(): boolean {
    const headEnd = this.#received.indexOf('\n');
    if (headEnd < 0) return false;
    const size = Number(this.#received.toString('latin1', 0, headEnd).split(' ')[2]);
    const end = headEnd + 1 + size;
    if (this.#received.length <= end) return false;
    this.#waiting.shift()!.resolve(new Uint8Array(this.#received.subarray(headEnd + 1, end)));
    this.#received = this.#received.subarray(end + 1);
    return true;
  }
}
