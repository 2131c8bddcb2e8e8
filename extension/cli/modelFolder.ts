import { access, constants, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';

const stateFile = 'trainer_state.json';

/**
 * Training replaces the folder of the model as a whole, at its end. So before it begins: whatever else is in the folder is refused, and
 * so is a place that can't be written.
 * @throws {NihiloError} argumentInvalid, when there is something in it that is no model's; storageFailed
 */
export async function claimModelFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  const expected = names.includes(stateFile) ? await modelFiles(folder) : [];
  const foreign = names.find((name) => !expected.includes(name));
  if (foreign !== undefined) {
    throw new NihiloError(
      'argumentInvalid',
      say`--out should be a new folder, an empty one or a model's, because it is replaced as a whole, and ${folder} holds ${foreign}; choose another or empty it.`,
    );
  }
  const parent = path.dirname(folder);
  try {
    await mkdir(parent, { recursive: true });
    await access(parent, constants.W_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw notWritable(folder, error);
  }
}

/** What training wrote: the state names each file with its digest. Empty when the state can't be read. */
async function modelFiles(folder: string): Promise<readonly string[]> {
  const state: unknown = await readFile(path.join(folder, stateFile), 'utf8')
    .then(JSON.parse)
    .catch(() => null);
  if (typeof state !== 'object' || state === null || !('sha256' in state)) return [];
  return typeof state.sha256 === 'object' && state.sha256 !== null
    ? [stateFile, ...Object.keys(state.sha256)]
    : [];
}

function notWritable(folder: string, cause: unknown): NihiloError {
  return new NihiloError(
    'storageFailed',
    say`--out should be a folder that can be written and ${folder} can't be (${codeOf(cause)}); choose another.`,
    { cause },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
