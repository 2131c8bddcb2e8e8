import * as vscode from 'vscode';
import { originOf } from '../platform/address.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { ruleWhen, ruleWithin } from '../corpus/globs.ts';
import { fileOfPath, pathInWorkspace, rootFolder, workspaceRoots } from '../corpus/roots.ts';
import type { CorpusRequest } from '../protocol/training.ts';
import { conditionalGlobs, excludedGlobs, type SettingSource } from './settings.ts';

/** The settings as they hold for `scope`: a document, a folder, or the window as a whole. */
export function settingSource(scope?: vscode.ConfigurationScope): SettingSource {
  const section = vscode.workspace.getConfiguration('nihilo', scope);
  return (name) => section.get<unknown>(name);
}

/**
 * What a training may read: every open folder, on a disk or of another file system, without what the settings exclude that hold for it.
 * @throws {NihiloError} corpusEmpty, when no such folder is open
 */
export function openCorpus(): CorpusRequest {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new NihiloError(
      'corpusEmpty',
      say`Training needs an open folder with code and none is open; open a folder, then train again.`,
    );
  }
  const own = folders.map(({ uri }) => excludingRules(uri));
  const rules = folders.flatMap(({ uri }, i) =>
    own[i]!.map((rule) => {
      const isOfAll = own.every((others) => others.includes(rule));
      return isOfAll ? rule : ruleWithin(rootFolder(pathOf(uri)), rule);
    }),
  );
  return { folders: folders.map(({ uri }) => pathOf(uri)), exclude: [...new Set(rules)] };
}

function excludingRules(folder: vscode.Uri): string[] {
  const objects = [...excludedFiles(folder), settingSource(folder)('exclude')];
  return [
    ...excludedGlobs(...objects),
    ...conditionalGlobs(...objects).map(({ glob, when }) => ruleWhen(glob, when)),
  ];
}

/** `files.exclude`. A workspace can switch off in it what its user has excluded, which only a trusted one may. */
function excludedFiles(folder: vscode.Uri): unknown[] {
  const section = vscode.workspace.getConfiguration('files', folder);
  const set = section.inspect<unknown>('exclude');
  const own = vscode.workspace.isTrusted ? [] : [set?.defaultValue, set?.globalValue];
  return [section.get<unknown>('exclude'), ...own];
}

/** What the index calls a document: as the corpus does where it has it; else nobody else is called so. */
export function documentName({ uri }: { readonly uri: vscode.Uri }): string {
  return pathInOpenFolders(pathOf(uri)) ?? uri.toString();
}

/** What the corpus calls a file; null when it is in none of its folders. @param file as `pathOf` gives it */
export function pathInOpenFolders(file: string): string | null {
  return pathInWorkspace(openFolders(), file);
}

/** The other way round. @param path as the corpus calls a file, or a folder with a slash at its end */
export function uriInOpenFolders(path: string): vscode.Uri | null {
  const file = fileOfPath(workspaceRoots(openFolders()), path.replace(/\/$/, ''));
  return file === null ? null : uriAt(file);
}

function openFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => pathOf(uri));
}

/** As the platform wants it: absolute, with forward slashes; an address where it is on no disk. */
export function pathOf({ scheme, authority, path, fsPath }: vscode.Uri): string {
  if (scheme !== 'file') return `${scheme}://${authority}${path}`;
  // Only on Windows does none begin with a slash; elsewhere a backslash is a character of a name.
  return fsPath.startsWith('/') ? fsPath : fsPath.replaceAll('\\', '/');
}

/** What `pathOf` was asked for. */
export function uriAt(path: string): vscode.Uri {
  const origin = originOf(path);
  if (origin === '') return vscode.Uri.file(path);
  const [scheme, authority] = origin.split('://') as [string, string];
  return vscode.Uri.from({ scheme, authority, path: path.slice(origin.length) });
}

/** Switches suggestions on or off for a document's language, where the setting that holds for it stands. */
export async function setEnabled(document: vscode.TextDocument, enabled: boolean): Promise<void> {
  const section = vscode.workspace.getConfiguration('nihilo', document);
  const set = section.inspect<unknown>('enabled');
  const isSet = (...values: readonly unknown[]): boolean => values.some((value) => value !== undefined);
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  let target = Global;
  if (isSet(set?.workspaceLanguageValue, set?.workspaceValue)) target = Workspace;
  // A folder's own settings hold before those of the workspace around it.
  if (isSet(set?.workspaceFolderLanguageValue, set?.workspaceFolderValue)) target = WorkspaceFolder;
  await section.update('enabled', enabled, target, true);
}
