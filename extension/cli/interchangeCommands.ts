import type { Command } from 'commander';
import { removeTrust, trustFolder } from '../indexing/savedTrust.ts';
import { interchange } from '../interchange/interchangeClient.ts';
import type { Platform } from '../platform/platform.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import {
  type ExportDtype,
  type ExportFormat,
  exportDtypes,
  exportFormats,
  type InterchangeReport,
  type InterchangeRequest,
} from '../protocol/interchange.ts';
import { absolutePath } from './absolutePath.ts';
import type { Invocation } from './commandLine.ts';
import { size } from './figures.ts';
import { untilInterrupted } from './interruption.ts';
import { claimModelFolder } from './modelFolder.ts';
import { oneObject, oneOf } from './optionValues.ts';
import { print, printJson } from './output.ts';

export interface ExportOptions {
  readonly model: string;
  readonly format: ExportFormat;
  readonly dtype: ExportDtype;
  readonly json: boolean;
}

export interface ImportOptions {
  readonly out: string;
  readonly json: boolean;
}

export function describeInterchange(program: Command, ask: (invocation: Invocation) => void): void {
  program
    .command('export <out>')
    .description('write a model for other programs: a Hugging Face folder, or a GGUF file for llama.cpp')
    .requiredOption('--model <dir>', 'folder of the model')
    .requiredOption('--format <name>', exportFormats.join(' or '), oneOf('--format', exportFormats))
    .option(
      '--dtype <type>',
      'of the weight matrices: f32, f16 or, in GGUF alone, q8_0',
      oneOf('--dtype', exportDtypes),
      'f32',
    )
    .option('--json', oneObject, false)
    .action((out: string, options: ExportOptions) => ask({ command: 'export', out, options }));
  program
    .command('import <dir>')
    .description('check a Hugging Face folder field by field and make a model of it that all commands take')
    .requiredOption('--out <dir>', 'folder of the model; replaced as a whole if a model is there')
    .option('--json', oneObject, false)
    .action((dir: string, options: ImportOptions) => ask({ command: 'import', folder: dir, options }));
}

/** @returns the exit code @throws {NihiloError} argumentInvalid, when there is something in the way; as exportModel does */
export async function exportForOthers(
  platform: Platform,
  to: string,
  { model, format, dtype, json }: ExportOptions,
): Promise<number> {
  const out = absolutePath(to);
  if (format === 'gguf' && (await platform.files.exists(out))) {
    throw new NihiloError(
      'argumentInvalid',
      say`An export should go to a new file and ${out} is there already; choose another or delete it.`,
    );
  }
  const request = { type: 'export', model: absolutePath(model), format, dtype, out } as const;
  return converted(platform, request, out, json);
}

/** @returns the exit code @throws {NihiloError} argumentInvalid, when --out holds something else; as importModel does */
export async function importFromOthers(
  platform: Platform,
  folder: string,
  { out, json }: ImportOptions,
): Promise<number> {
  const checkpoint = absolutePath(out);
  await claimModelFolder(checkpoint);
  const request = { type: 'import', from: absolutePath(folder), checkpoint } as const;
  const exitCode = await converted(platform, request, checkpoint, json);
  // How far another model was trusted says nothing of this one.
  if (exitCode === 0) await removeTrust(platform.files, trustFolder(checkpoint));
  return exitCode;
}

async function converted(
  platform: Platform,
  request: InterchangeRequest,
  out: string,
  json: boolean,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    const report = await interchange(platform, request, () => {}, signal);
    if (json) printJson({ ...report, out });
    else print([lineOf(report, out)]);
    return 0;
  });
}

function lineOf({ parameters, vocabSize, bytes }: InterchangeReport, out: string): string {
  return `${out}: ${parameters} parameters, ${vocabSize} tokens, ${size(bytes)}`;
}
