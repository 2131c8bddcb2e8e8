import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTexts, readTextsAt } from '../../extension/corpus/corpus.ts';
import { fileOfPath, pathInWorkspace, rootFolder, workspaceRoots } from '../../extension/corpus/roots.ts';
import { nodeFiles } from '../../extension/platform/nodeFiles.ts';
import type { FileSystem } from '../../extension/platform/platform.ts';
import { routedFiles } from '../../extension/platform/routedFiles.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';

const origin = 'vscode-vfs://github';

/** What was asked for that is on no disk. */
const asked: string[] = [];

/** The disk, found at addresses. */
const addressed: FileSystem = {
  ...nodeFiles,
  list: (folder) => nodeFiles.list(onDisk(folder)),
  size: (file) => nodeFiles.size(onDisk(file)),
  read: (file) => nodeFiles.read(onDisk(file)),
  exists: (place) => nodeFiles.exists(onDisk(place)),
};

function onDisk(address: string): string {
  if (!address.startsWith(origin)) throw new Error(`Expected an address, got ${address}.`);
  asked.push(address);
  return address.slice(origin.length) || '/';
}

const files = routedFiles(nodeFiles, addressed);
let code: ReturnType<typeof folderOfCode>;

beforeAll(() => {
  code = folderOfCode('protocol', 'tokenizer');
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(code.folder, name)), { recursive: true });
    writeFileSync(path.join(code.folder, name), text);
  };
  write('.git/config', '');
  write('.git/info/exclude', 'healing.ts\n');
  write('.gitignore', 'protocol/errors.ts\n');
});
afterAll(() => code.remove());

describe('a folder at an address', () => {
  it('gives the texts and the reasons that it gives on a disk, the rules above it included', async () => {
    for (const opened of [code.folder, `${code.folder}/tokenizer`]) {
      const onDisk = await readTexts(files, { folders: [opened], exclude: [] }, {});
      asked.length = 0;
      const remote = await readTexts(files, { folders: [origin + opened], exclude: [] }, {});
      expect(remote).toEqual(onDisk);
      expect(asked).toContain(`${origin}${code.folder}/.git`);
      expect(remote.texts.map((text) => text.path).join()).not.toMatch(/healing|errors/);
    }
  });

  it('names a file as the corpus does, and reads it alone', async () => {
    const folders = [`${origin}${code.folder}`];
    const file = `${origin}${code.folder}/tokenizer/heap.ts`;
    expect(pathInWorkspace(folders, file)).toBe('tokenizer/heap.ts');
    expect(pathInWorkspace(folders, `${code.folder}/tokenizer/heap.ts`)).toBeNull();
    const [text] = await readTextsAt(files, { folders, exclude: [] }, file);
    expect(text?.path).toBe('tokenizer/heap.ts');
  });

  it('is learnt from beside a folder of the disk, each under its name', async () => {
    const folders = [`${origin}${code.folder}/tokenizer`, `${code.folder}/protocol`];
    const { texts } = await readTexts(files, { folders, exclude: [] }, {});
    const tops = texts.map((text) => text.path.split('/')[0]);
    expect([...new Set(tops)].toSorted()).toEqual(['protocol', 'tokenizer']);
  });
});

describe('a file system without an authority', () => {
  const top = 'memfs:///';
  const within = (address: string): string => {
    if (!address.startsWith(top)) throw new Error(`Expected an address below ${top}, got ${address}.`);
    return path.posix.join(code.folder, address.slice(top.length));
  };
  const remote: FileSystem = {
    ...nodeFiles,
    list: (folder) => nodeFiles.list(within(folder)),
    size: (file) => nodeFiles.size(within(file)),
    read: (file) => nodeFiles.read(within(file)),
    exists: (place) => nodeFiles.exists(within(place)),
  };
  const memory = routedFiles(nodeFiles, remote);

  it('is opened as a whole, and gives what its folder gives on a disk', async () => {
    for (const opened of ['', 'tokenizer']) {
      const onDisk = await readTexts(files, { folders: [path.join(code.folder, opened)], exclude: [] }, {});
      expect(onDisk.texts.length).toBeGreaterThan(5);
      expect(await readTexts(memory, { folders: [top + opened], exclude: [] }, {})).toEqual(onDisk);
    }
  });

  it('names a file by its path, and reads it alone', async () => {
    const file = `${top}tokenizer/heap.ts`;
    expect(pathInWorkspace([top], file)).toBe('tokenizer/heap.ts');
    expect(fileOfPath(workspaceRoots([top]), 'tokenizer/heap.ts')).toBe(file);
    const [text] = await readTextsAt(memory, { folders: [top], exclude: [] }, file);
    expect(text?.path).toBe('tokenizer/heap.ts');
  });

  it.each([
    ['memfs:///', 'memfs:///'],
    ['memfs:///src/', 'memfs:///src'],
    ['vscode-vfs://github/', 'vscode-vfs://github'],
    ['z:/', 'z:/'],
    ['z:\\', 'z:/'],
    ['z:/code/', 'z:/code'],
    ['/', '/'],
    ['/home/code:/', '/home/code:'],
  ])('keeps the slash of a top that has no other: %s is %s', (folder, expected) => {
    expect(rootFolder(folder)).toBe(expected);
    expect(rootFolder(expected)).toBe(expected);
  });
});
