import { readCheckpoint } from '../engine/checkpoint.ts';
import { encodeGguf } from '../engine/gguf.ts';
import { parameterCount } from '../engine/layout.ts';
import { type Model, modelFiles, refuseTooLarge } from '../engine/modelFiles.ts';
import type { FileContent, FileSystem } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import type { ExportRequest, InterchangeReport, InterchangeStage } from '../protocol/interchange.ts';

/** What a model that was published says of itself: the base's card, and whose work it has learnt from. */
const papers = ['README.md', 'ATTRIBUTIONS.md'];

/**
 * Writes a model for other programs, as a whole or not at all. What tells of its training stays behind: where the files were that it has
 * learnt from is nobody else's business.
 * @throws {NihiloError} argumentInvalid, when a folder is in use or the type is not one of the format's; storageFailed; as readCheckpoint
 *   does; checkpointForeign, when float16 can't hold a weight
 */
export async function exportModel(
  files: FileSystem,
  { model: folder, format, dtype, out }: ExportRequest,
  onStage: (stage: InterchangeStage) => void,
): Promise<InterchangeReport> {
  if (format === 'huggingface') await refuseUsed(files, out);
  onStage('reading');
  const model = await readCheckpoint(files, folder);
  onStage('writing');
  const bytes = format === 'gguf' ? await writeGguf() : await writeFolder();
  const { vocabSize } = model.config;
  return { parameters: parameterCount(model.config), vocabSize, bytes };

  async function writeGguf(): Promise<number> {
    // Rows that q8_0 can't divide into its blocks are float16, too.
    if (dtype !== 'f32') refuseTooLarge(model.tensors);
    const file = encodeGguf(model, dtype);
    await files.replaceFile(out, [file]);
    return file.length;
  }

  async function writeFolder(): Promise<number> {
    const contents = folderFiles(model, dtype);
    for (const name of papers) {
      if (await files.exists(`${folder}/${name}`))
        contents.set(name, [await files.read(`${folder}/${name}`)]);
    }
    await files.replaceFolder(out, contents);
    return [...contents.values()].flat().reduce((sum, piece) => sum + piece.length, 0);
  }
}

function folderFiles(model: Model, dtype: ExportRequest['dtype']): Map<string, FileContent> {
  if (dtype !== 'q8_0') return modelFiles(model, dtype === 'f32' ? 'F32' : 'F16');
  throw new NihiloError(
    'argumentInvalid',
    say`A Hugging Face folder should have numbers of type f32 or f16 and q8_0 was asked for, which only GGUF has; choose another type or the format gguf.`,
  );
}

/** A folder is replaced as a whole, so nothing may be in it. */
async function refuseUsed(files: FileSystem, out: string): Promise<void> {
  const [entry] = (await files.exists(out)) ? await files.list(out) : [];
  if (entry === undefined) return;
  throw new NihiloError(
    'argumentInvalid',
    say`An export should go to a new or an empty folder and ${out} holds ${entry.name}; choose another or empty it.`,
  );
}
