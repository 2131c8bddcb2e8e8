import type { LearntTrust } from '../counts/buildCounts.ts';
import { JsonObject } from '../engine/jsonObject.ts';
import { decodeSafetensors, encodeSafetensors } from '../engine/safetensors.ts';
import { sha256, sha256OfText } from '../platform/sha256.ts';
import type { FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';

/** Of what the numbers mean: another shape of the counting model is another version. */
const version = 1;
const tensorsFile = 'mixture.safetensors';
const sealFile = 'mixture.json';

/** Trust, and where it comes from. */
export interface KeptTrust extends LearntTrust {
  /** of the workspace that it was learnt in; null: of others */
  readonly tokens: number | null;
  /** that the model had been trained for, which another training changes and a save that it learns from does not; null: nobody knows */
  readonly seconds: number | null;
}

/** Of a checkpoint: beside it, because it is replaced as a whole and would take it away. */
export function trustFolder(checkpoint: string): string {
  return `${checkpoint}-mixture`;
}

/**
 * Keeps how far the counts and the transformer are trusted; a reader sees this or what was there before. What came with a model stays: other
 * workspaces begin with it.
 * @throws {NihiloError} argumentInvalid, when something else is in the folder; storageFailed
 */
export async function saveTrust(
  files: FileSystem,
  folder: string,
  tokenizerJson: string,
  { frequencies, trust, tokens, seconds }: KeptTrust,
): Promise<void> {
  const foreign = await foreignIn(files, folder);
  if (foreign !== null) {
    throw new NihiloError(
      'argumentInvalid',
      say`${folder} should be free for how far the model beside it is trusted, and holds ${foreign}; move it to have that kept.`,
    );
  }
  if (tokens !== null && (await isShipped(files, folder))) return;
  const tensors = new Map([
    ['frequencies', { shape: [frequencies.length], data: frequencies }],
    ['trust', { shape: [trust.length], data: trust }],
  ]);
  const tokenizer = await sha256OfText(tokenizerJson);
  await files.replaceFolder(folder, new Map([[tensorsFile, encodeSafetensors(tensors)]]), (digests) => {
    const seal = { version, tokenizer, tokens, seconds, sha256: digests.get(tensorsFile) };
    return [sealFile, [new TextEncoder().encode(`${JSON.stringify(seal, null, 2)}\n`)]];
  });
}

/** Whether it was learnt in other workspaces. @throws {NihiloError} storageFailed */
async function isShipped(files: FileSystem, folder: string): Promise<boolean> {
  try {
    return (await readSeal(files, folder))?.numberOrNull('tokens') === null;
  } catch (error) {
    // What is no seal can't serve, and is replaced.
    if (error instanceof NihiloError && error.code !== 'storageFailed') return false;
    throw error;
  }
}

/** null: there is none @throws {NihiloError} checkpointTorn, checkpointForeign; storageFailed */
async function readSeal(files: FileSystem, folder: string): Promise<JsonObject | null> {
  const file = `${folder}/${sealFile}`;
  if (!(await files.exists(file))) return null;
  return JsonObject.parse(new TextDecoder().decode(await files.read(file)), file);
}

/** Of a model that is another one now. A folder of that name that holds something else is left alone. @throws {NihiloError} storageFailed */
export async function removeTrust(files: FileSystem, folder: string): Promise<void> {
  if ((await foreignIn(files, folder)) === null) await files.removeFolder(folder);
}

/** The first file that nobody here writes; null: there is none, or no folder. */
async function foreignIn(files: FileSystem, folder: string): Promise<string | null> {
  if (!(await files.exists(folder))) return null;
  const names = (await files.list(folder)).map(({ name }) => name);
  return names.find((name) => name !== tensorsFile && name !== sealFile) ?? null;
}

/**
 * What `saveTrust` kept; null when there is none, or when it belongs to other tokens or another version.
 * @throws {NihiloError} checkpointTorn, when it is not what was written; storageFailed
 */
export async function loadTrust(
  files: FileSystem,
  folder: string,
  tokenizerJson: string,
): Promise<KeptTrust | null> {
  await files.recoverFolder(folder);
  const seal = await readSeal(files, folder);
  if (seal === null || seal.count('version') !== version) return null;
  if (seal.string('tokenizer') !== (await sha256OfText(tokenizerJson))) return null;
  const bytes = await files.read(`${folder}/${tensorsFile}`);
  if (seal.string('sha256') !== (await sha256(bytes))) {
    throw new NihiloError(
      'checkpointTorn',
      say`${folder}/${tensorsFile} should be the file that was written and is not; it is learnt anew.`,
    );
  }
  const tensors = decodeSafetensors(bytes, `${folder}/${tensorsFile}`);
  const [frequencies, trust] = [tensors.get('frequencies')?.data, tensors.get('trust')?.data];
  if (frequencies === undefined || trust === undefined) return null;
  const seconds = seal.has('seconds') ? seal.numberOrNull('seconds') : null;
  return { frequencies, trust, tokens: seal.numberOrNull('tokens'), seconds };
}
