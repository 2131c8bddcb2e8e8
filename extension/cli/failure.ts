import { NihiloError } from '../protocol/errors.ts';

/** Sentences name what the editor offers; here the same things have other names. */
const commandLineTerms: readonly (readonly [string, string])[] = [
  ['nihilo.training.memoryLimit', '--memory'],
  ['nihilo.training.preset', '--preset'],
  ['nihilo.training.seed', '--seed'],
  ['nihilo.training.threads', '--threads'],
  ['train anew on the workspace', 'name a folder of such text with --replay, or train anew'],
  ['"Nihilo: Train on Workspace"', '`nihilo train`'],
  ['Open a folder', 'Choose a folder'],
  ['open a folder', 'choose a folder'],
];

/**
 * What is printed on stderr when a command fails: the one sentence of a failure that a user can act on; for a bug its message, and its
 * stack on demand.
 */
export function explain(error: unknown, debug: boolean): string {
  if (error instanceof NihiloError) return inCommandLineTerms(error.message);
  const message = error instanceof Error ? error.message : String(error);
  if (debug) return error instanceof Error ? (error.stack ?? message) : message;
  return `Nihilo failed unexpectedly (${message}). This is a bug: run it again with NIHILO_DEBUG=1 and report what it prints.`;
}

function inCommandLineTerms(sentence: string): string {
  return commandLineTerms.reduce((text, [editor, here]) => text.replaceAll(editor, here), sentence);
}
