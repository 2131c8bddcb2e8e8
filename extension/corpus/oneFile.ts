import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import { readCorpus } from './corpus.ts';
import { joinPath } from './repository.ts';
import { wholeTexts } from './split.ts';

/**
 * The text of one file as `readCorpus` would read it: every rule about it and about the folders above it holds.
 * @param file absolute
 * @returns null when it is left out, or in none of the folders
 * @throws {NihiloError} folderUnreadable, for a folder of the request
 */
export async function readOneFile(
  files: FileSystem,
  request: CorpusRequest,
  file: string,
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | null> {
  try {
    const { documents } = await readCorpus(onlyToward(files, file), request, { seed: 0 });
    return { path: documents[0]!.path, bytes: wholeTexts(documents)[0]! };
  } catch (error) {
    if (error instanceof NihiloError && error.code === 'corpusEmpty') return null;
    throw error;
  }
}

/** Folders that do not lead to the file are not seen, and files beside it count as empty: their names may matter to a rule. */
function onlyToward(files: FileSystem, file: string): FileSystem {
  return {
    ...files,
    size: async (other) => (other === file ? files.size(file) : 0),
    list: async (folder) => {
      const entries = await files.list(folder);
      return entries.filter(
        ({ name, type }) =>
          type !== 'folder' || name === '.git' || file.startsWith(`${joinPath(folder, name)}/`),
      );
    },
  };
}
