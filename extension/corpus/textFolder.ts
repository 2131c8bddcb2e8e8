import type { FileSystem } from '../platform/platform.ts';
import type { LeftOutReason } from '../protocol/corpus.ts';
import { NihiloError } from '../protocol/errors.ts';
import { mapConcurrently } from './concurrency.ts';
import { mostFileBytes, textOf } from './corpus.ts';
import { exclusion } from './globs.ts';
import { hashText } from './hash.ts';
import { countLeftOut, type LeftOutCounts } from './leftOut.ts';
import { walkInParts } from './walk.ts';

/** A file as it is on the disk, and what of it may be learnt from. */
export interface ReadFile {
  /** null: it can't be read */
  readonly raw: Uint8Array | null;
  /** secrets replaced; null for what is left out */
  readonly text: Uint8Array | null;
  readonly secrets: number;
  readonly reason: LeftOutReason | null;
}

/**
 * The texts of a folder of any size, by the rules of a workspace's corpus, one at a time: what is kept of a file is its path and size. Not
 * among the rules are those that compare texts with each other (copies).
 */
export class TextFolder {
  /** relative to the folder; of files that neither name nor size keeps out */
  readonly paths: readonly string[];
  /** bytes of each file */
  readonly sizes: readonly number[];
  /** by name or size; a folder counts as one */
  readonly leftOut: LeftOutCounts;
  readonly #files: FileSystem;
  readonly #folder: string;

  private constructor(
    files: FileSystem,
    folder: string,
    { paths, sizes, leftOut }: Pick<TextFolder, 'paths' | 'sizes' | 'leftOut'>,
  ) {
    this.#files = files;
    this.#folder = folder;
    this.paths = paths;
    this.sizes = sizes;
    this.leftOut = leftOut;
  }

  /**
   * @param folder absolute, with forward slashes
   * @param exclude globs of what is none of the text
   * @throws {NihiloError} folderUnreadable
   */
  static async list(files: FileSystem, folder: string, exclude: readonly string[] = []): Promise<TextFolder> {
    const paths: string[] = [];
    const sizes: number[] = [];
    const leftOut: LeftOutCounts = {};
    for await (const part of walkInParts(files, folder, exclusion(exclude))) {
      for (const { reason } of part.leftOut) countLeftOut(leftOut, reason);
      const sized = await mapConcurrently(part.candidates, ({ file }) => sizeOf(files, file));
      for (const [i, size] of sized.entries()) {
        const reason = reasonOfSize(size);
        if (reason === null) {
          paths.push(part.candidates[i]!.path);
          sizes.push(size!);
        } else {
          countLeftOut(leftOut, reason);
        }
      }
    }
    return new TextFolder(files, folder, { paths, sizes, leftOut });
  }

  async read(index: number): Promise<ReadFile> {
    const path = this.paths[index]!;
    const raw = await this.readRaw(index);
    // It may have grown since it was listed.
    const sizeReason = reasonOfSize(raw?.length ?? null);
    if (sizeReason !== null) return { raw, text: null, secrets: 0, reason: sizeReason };
    const text = textOf(path, raw!);
    if (typeof text === 'string') return { raw, text: null, secrets: 0, reason: text };
    return { raw, text: text.bytes, secrets: text.secrets ?? 0, reason: null };
  }

  /** A file as it is on the disk; null where it can't be read. */
  readRaw(index: number): Promise<Uint8Array | null> {
    return unlessUnreadable(() => this.#files.read(`${this.#folder}/${this.paths[index]!}`));
  }

  /** Places in `paths`, in an order that mixes folders and follows from paths, seed and purpose alone. */
  order(seed: number, purpose: 'reading' | 'tokenizer'): Uint32Array {
    const { paths } = this;
    const keys = Uint32Array.from(paths, (path) => hashText(`${purpose} ${seed} ${path}`));
    const order = Uint32Array.from(paths, (_, i) => i);
    return order.sort((a, b) => keys[a]! - keys[b]! || (paths[a]! < paths[b]! ? -1 : 1));
  }
}

/** null for what can't be read */
function sizeOf(files: FileSystem, file: string): Promise<number | null> {
  return unlessUnreadable(() => files.size(file));
}

function reasonOfSize(size: number | null): LeftOutReason | null {
  if (size === null) return 'unreadable';
  if (size === 0) return 'empty';
  return size > mostFileBytes ? 'tooLarge' : null;
}

async function unlessUnreadable<Result>(action: () => Promise<Result>): Promise<Result | null> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof NihiloError) return null;
    throw error;
  }
}
