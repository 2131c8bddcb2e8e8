import { createHash } from 'node:crypto';
import { type FileEntry, type FileSystem, previousFolder } from '../../extension/platform/platform.ts';

/** Whole folders in memory, so that a test can damage any byte. */
export class MemoryFiles implements FileSystem {
  readonly contents = new Map<string, Uint8Array>();

  async list(folder: string): Promise<FileEntry[]> {
    return this.names(folder).map((name) => ({ name, type: 'file' }));
  }

  async size(file: string): Promise<number> {
    return (await this.read(file)).length;
  }

  async modifiedMs(): Promise<number> {
    return 0;
  }

  async read(file: string): Promise<Uint8Array> {
    const bytes = this.contents.get(file);
    if (bytes === undefined) throw new Error(`ENOENT ${file}`);
    return bytes;
  }

  async exists(path: string): Promise<boolean> {
    return this.contents.has(path) || this.names(path).length > 0;
  }

  async replaceFile(file: string, content: Parameters<FileSystem['replaceFile']>[1]): Promise<void> {
    this.contents.set(file, Uint8Array.from(Buffer.concat(content)));
  }

  async replaceFolder(...[folder, files, seal]: Parameters<FileSystem['replaceFolder']>): Promise<void> {
    await this.removeFolder(folder);
    const sha256 = new Map<string, string>();
    for (const [name, content] of files) {
      const bytes = Uint8Array.from(Buffer.concat(content));
      sha256.set(name, createHash('sha256').update(bytes).digest('hex'));
      this.contents.set(`${folder}/${name}`, bytes);
    }
    const [name, content] = seal!(sha256);
    this.contents.set(`${folder}/${name}`, Uint8Array.from(Buffer.concat(content)));
  }

  async recoverFolder(folder: string): Promise<void> {
    if (await this.exists(folder)) return;
    for (const name of this.names(previousFolder(folder))) {
      this.contents.set(`${folder}/${name}`, this.contents.get(`${previousFolder(folder)}/${name}`)!);
    }
  }

  async removeFolder(path: string): Promise<void> {
    for (const name of this.names(path)) this.contents.delete(`${path}/${name}`);
  }

  names(folder: string): string[] {
    return [...this.contents.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1));
  }
}
