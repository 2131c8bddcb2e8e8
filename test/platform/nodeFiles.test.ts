import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePlatform } from '../../extension/platform/node.ts';
import { type FileContent, previousFolder } from '../../extension/platform/platform.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';

const { files } = nodePlatform();
let place: string;
let folder: string;

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'nihilo-files-'));
  folder = path.join(place, 'model');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function contents(of: string): Map<string, string> {
  return new Map(readdirSync(of).map((name) => [name, readFileSync(path.join(of, name), 'latin1')]));
}

/** In two pieces each, cut in the middle. */
function encoded(texts: ReadonlyMap<string, string>): Map<string, FileContent> {
  return new Map(
    [...texts].map(([name, text]) => {
      const bytes = Buffer.from(text, 'latin1');
      const middle = Math.floor(bytes.length / 2);
      return [name, [bytes.subarray(0, middle), bytes.subarray(middle)]];
    }),
  );
}

async function refusalOf(action: Promise<unknown>): Promise<NihiloError> {
  const error = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NihiloError)) throw new Error(`Expected a NihiloError, got ${String(error)}.`);
  return error;
}

describe('replaceFolder', () => {
  it('leaves exactly the files it was given, whatever was there before, and nothing beside them', async () => {
    const fileSet = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/),
        text: fc.string({ unit: 'binary-ascii' }),
      }),
      { selector: ({ name }) => name, maxLength: 6 },
    );
    const property = fc.asyncProperty(fc.array(fileSet, { minLength: 1, maxLength: 4 }), async (versions) => {
      for (const version of versions) {
        const texts = new Map(version.map(({ name, text }) => [name, text]));
        await files.replaceFolder(folder, encoded(texts));
        expect(contents(folder)).toEqual(texts);
        expect(readdirSync(place)).toEqual(['model']);
      }
      await files.removeFolder(folder);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('adds the file that is made of the SHA-256 of the others', async () => {
    const texts = new Map([
      ['x', 'abc'],
      ['y', ''],
    ]);
    await files.replaceFolder(folder, encoded(texts), (sha256) => [
      'sums',
      [Buffer.from([...sha256].map(([name, sum]) => `${sum}  ${name}\n`).join(''))],
    ]);
    // FIPS 180-4's own example, and the digest of nothing
    const sums =
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  x\n' +
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  y\n';
    expect(contents(folder)).toEqual(new Map([...texts, ['sums', sums]]));
  });

  it('makes the folders above it', async () => {
    const deep = path.join(place, 'a', 'b', 'model');
    await files.replaceFolder(deep, encoded(new Map([['x', '1']])));
    expect(contents(deep)).toEqual(new Map([['x', '1']]));
  });

  it('changes nothing when a later file fails, and says why', async () => {
    const before = new Map([['x', 'old']]);
    await files.replaceFolder(folder, encoded(before));
    const failing = encoded(
      new Map([
        ['x', 'new'],
        ['missing/y', 'new'],
      ]),
    );
    const error = await refusalOf(files.replaceFolder(folder, failing));
    expect(error.code).toBe('storageFailed');
    expect(error.message).toContain(folder);
    expect(contents(folder)).toEqual(before);
    expect(readdirSync(place)).toEqual(['model']);
  });

  it('says so when a file is where its folder should be', async () => {
    writeFileSync(path.join(place, 'file'), '');
    const error = await refusalOf(files.replaceFolder(path.join(place, 'file', 'model'), new Map()));
    expect(error.code).toBe('storageFailed');
    expect(error.message).toMatch(/got a file in its place \(E\w+\); check the path\.$/);
  });

  it('removes what a crash left beside it', async () => {
    const gone = spawnSync(process.execPath, ['--version']);
    for (const leftover of [
      '.model.nihilo-previous',
      `.model.nihilo-new-${gone.pid}-1`,
      '.model.nihilo-new-x',
    ]) {
      await mkdir(path.join(place, leftover));
      writeFileSync(path.join(place, leftover, 'x'), '');
    }
    await mkdir(path.join(place, 'model2'));
    await mkdir(folder);
    await files.replaceFolder(folder, encoded(new Map([['x', '1']])));
    expect(readdirSync(place)).toEqual(['model', 'model2']);
  });

  it('keeps the old folder, when it fails after a crash between the two renames', async () => {
    const before = new Map([['x', 'old']]);
    await files.replaceFolder(folder, encoded(before));
    await rename(folder, previousFolder(folder));
    await refusalOf(files.replaceFolder(folder, encoded(new Map([['missing/y', 'new']]))));
    expect(contents(folder)).toEqual(before);
  });

  it('succeeds while readers recover the folder at every moment', async () => {
    const written = new AbortController();
    const recovering = Array.from({ length: 4 }, async () => {
      while (!written.signal.aborted) await files.recoverFolder(folder);
    });
    const writing = (async () => {
      for (let version = 0; version < 60; version++) {
        await files.replaceFolder(folder, encoded(new Map([['x', String(version)]])));
      }
    })().finally(() => written.abort());
    await Promise.all([writing, ...recovering]);
    expect(contents(folder)).toEqual(new Map([['x', '59']]));
  });

  it('leaves one whole version when two write at once, each of which succeeds or says that it did not', async () => {
    for (let round = 0; round < 100; round++) {
      const versions = [`${round} one`, `${round} other`];
      const results = await Promise.allSettled(
        versions.map((text) =>
          files.replaceFolder(folder, encoded(new Map(['a', 'b'].map((name) => [name, text])))),
        ),
      );
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'storageFailed' });
      }
      await files.recoverFolder(folder);
      const found = contents(folder);
      expect([...found.keys()]).toEqual(['a', 'b']);
      expect(new Set(found.values()).size).toBe(1);
    }
  });

  it('leaves one whole version, the last that was reported or a later one, wherever it is killed', async () => {
    const names = ['a', 'b', 'c'];
    const replacer = fileURLToPath(new URL('replacer.ts', import.meta.url));
    let version = 0;
    for (let kill = 0; kill < 8; kill++) {
      const child = spawn(process.execPath, [replacer, folder, names.join(','), String(version + 1)]);
      let printed = '';
      child.stdout.on('data', (part: Buffer) => (printed += part.toString()));
      await once(child.stdout, 'data');
      // Somewhere within the next few replacements, each of which takes about a millisecond or more.
      await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 11));
      const gone = once(child, 'close');
      child.kill('SIGKILL');
      await gone;
      const reported = Number(printed.trimEnd().split('\n').at(-1));
      await files.recoverFolder(folder);
      const found = contents(folder);
      expect([...found.keys()]).toEqual(names);
      expect(new Set(found.values()).size).toBe(1);
      version = Number(found.get('a'));
      expect(version).toBeGreaterThanOrEqual(reported);
    }
  });
});

describe('replaceFile', () => {
  it('removes what a killed process left beside it, and nothing of one that still writes', async () => {
    const gone = spawnSync(process.execPath, ['--version']);
    const file = path.join(place, 'shard.bin');
    const writing = `.shard.bin.nihilo-new-${process.pid}-1`;
    for (const name of [`.shard.bin.nihilo-new-${gone.pid}-1`, writing, 'shard.bin', 'shard.bin2']) {
      writeFileSync(path.join(place, name), 'old');
    }
    await files.replaceFile(file, [Buffer.from('n'), Buffer.from('ew')]);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(place)).toEqual([writing, 'shard.bin', 'shard.bin2']);
  });
});

describe('recoverFolder', () => {
  it('puts the old folder back when a crash has left none', async () => {
    await files.replaceFolder(folder, encoded(new Map([['x', 'old']])));
    await rename(folder, previousFolder(folder));
    await files.recoverFolder(folder);
    expect(contents(folder)).toEqual(new Map([['x', 'old']]));
    expect(readdirSync(place)).toEqual(['model']);
  });

  it('leaves a folder that is there, and a place where nothing was', async () => {
    await files.replaceFolder(folder, encoded(new Map([['x', 'new']])));
    await mkdir(previousFolder(folder));
    await files.recoverFolder(folder);
    expect(contents(folder)).toEqual(new Map([['x', 'new']]));
    await files.recoverFolder(path.join(place, 'other'));
    expect(readdirSync(place)).toEqual(['.model.nihilo-previous', 'model']);
  });
});

describe('removeFolder', () => {
  it('removes a folder with all that is in it, and takes nothing for done', async () => {
    await files.replaceFolder(folder, encoded(new Map([['x', '']])));
    await files.removeFolder(folder);
    await files.removeFolder(folder);
    await files.removeFolder(path.join(folder, 'below', 'nothing'));
    expect(readdirSync(place)).toEqual([]);
  });

  it('removes what a crash left beside it too, so that nothing brings it back, and no other folder', async () => {
    const gone = spawnSync(process.execPath, ['--version']);
    for (const name of ['model', 'model2', '.model.nihilo-previous', `.model.nihilo-new-${gone.pid}-1`]) {
      await mkdir(path.join(place, name));
      writeFileSync(path.join(place, name, 'x'), 'old');
    }
    await files.removeFolder(folder);
    await files.recoverFolder(folder);
    expect(readdirSync(place)).toEqual(['model2']);
  });
});

describe('reading', () => {
  it('lists files, folders and links apart, and reads bytes and sizes back', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);
    writeFileSync(path.join(place, 'file'), bytes);
    await mkdir(folder);
    symlinkSync(folder, path.join(place, 'toFolder'));
    symlinkSync(path.join(place, 'file'), path.join(place, 'toFile'));
    const entries = new Map((await files.list(place)).map(({ name, type }) => [name, type]));
    expect(entries).toEqual(
      new Map([
        ['file', 'file'],
        ['model', 'folder'],
        ['toFile', 'other'],
        ['toFolder', 'other'],
      ]),
    );
    expect(await files.size(path.join(place, 'file'))).toBe(256);
    expect(new Uint8Array(await files.read(path.join(place, 'file')))).toEqual(bytes);
  });

  it('tells what exists from what does not, also below a file', async () => {
    writeFileSync(path.join(place, 'file'), '');
    expect(await files.exists(path.join(place, 'file'))).toBe(true);
    expect(await files.exists(place)).toBe(true);
    expect(await files.exists(path.join(place, 'none'))).toBe(false);
    expect(await files.exists(path.join(place, 'file', 'none'))).toBe(false);
  });

  it('refuses with the path, what came instead and what to do', async () => {
    const missing = path.join(place, 'none');
    expect(await refusalOf(files.list(missing))).toMatchObject({
      code: 'folderUnreadable',
      message: `Expected to read the folder ${missing}, got nothing there (ENOENT); check the path.`,
    });
    expect(await refusalOf(files.read(missing))).toMatchObject({ code: 'storageFailed' });
    expect(await refusalOf(files.size(missing))).toMatchObject({ code: 'storageFailed' });
    expect(await refusalOf(files.read(place))).toMatchObject({
      message: `Expected to read ${place}, got a folder in its place (EISDIR); check the path.`,
    });
  });

  it.skipIf(process.platform === 'win32')(
    'refuses what may never end, also behind a link: a pipe that nobody writes to, a device',
    async () => {
      const pipe = path.join(place, 'pipe');
      expect(spawnSync('sh', ['-c', 'mkfifo "$0"', pipe]).status).toBe(0);
      const link = path.join(place, 'link');
      symlinkSync('/dev/zero', link);
      for (const endless of [pipe, link]) {
        expect(await files.exists(endless)).toBe(true);
        expect(await refusalOf(files.read(endless))).toMatchObject({
          code: 'storageFailed',
          message: `Expected to read ${endless}, got a pipe or a device in its place; check the path.`,
        });
      }
    },
  );
});
