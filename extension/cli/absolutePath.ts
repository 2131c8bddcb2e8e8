import { onlyThis } from '../corpus/globs.ts';
import { enginePath } from '../platform/enginePath.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';

/** As the engine wants paths: absolute, with forward slashes. @throws {NihiloError} argumentInvalid, for '' */
export function absolutePath(typed: string): string {
  // What a shell makes of a variable that is not set would otherwise mean the folder that one happens to be in.
  if (typed === '') {
    throw new NihiloError(
      'argumentInvalid',
      say`A path should name a file or a folder and is empty; for the current folder, write a dot.`,
    );
  }
  return enginePath(typed);
}

/** What is written within the folder that is read is none of its text. @returns its glob; none where it lies elsewhere */
export function globWithin(corpus: string, written: string): readonly string[] {
  return written.startsWith(`${corpus}/`) ? [onlyThis(written.slice(corpus.length + 1))] : [];
}
