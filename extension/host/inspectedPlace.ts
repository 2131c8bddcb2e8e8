import * as vscode from 'vscode';
import type { InspectorMemory } from '../protocol/inspector.ts';
import type { AskedPlace } from './askedPlace.ts';
import { documentName } from './configuration.ts';
import { cellsAround, isWritten, textIn } from './documents.ts';
import { followedEditor } from './followedEditor.ts';
import type { InspectedText } from './inspectedText.ts';

/** On each side of the cursor: more than the predictor tokenizes, so that it answers as for the whole text. */
const sideCharacters = 65_536;

/** Puts the cursor at a place of a document that is seen: no other one is opened. @returns its editor; null: there is none */
export function cursorTo(place: AskedPlace | null): vscode.TextEditor | null {
  if (place === null) return null;
  const { window } = vscode;
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  const editor = editors.find((other) => other?.document.uri.toString() === place.uri);
  if (editor === undefined || !isWritten(editor.document)) return null;
  const at = editor.document.validatePosition(new vscode.Position(place.line - 1, place.column - 1));
  editor.selection = new vscode.Selection(at, at);
  return editor;
}

/** What the Inspector reads of a document. */
export function textAround(document: vscode.TextDocument, cursor: vscode.Position): InspectedText {
  const at = document.offsetAt(cursor);
  const range = (start: number, end: number): vscode.Range =>
    new vscode.Range(document.positionAt(start), document.positionAt(end));
  // Of a cell completions know the others, too.
  const { above, below } = cellsAround(document);
  return {
    place: {
      uri: document.uri.toString(),
      file: vscode.workspace.asRelativePath(document.uri),
      line: cursor.line + 1,
      column: cursor.character + 1,
    },
    name: documentName(document),
    prefix: (above + textIn(document, range(Math.max(0, at - sideCharacters), at))).slice(-sideCharacters),
    suffix: (textIn(document, range(at, at + sideCharacters)) + below).slice(0, sideCharacters),
  };
}

/** The text of a file whose tab another one hides, from its beginning; null where there is none. */
export async function textBehindTabs(): Promise<InspectedText | null> {
  const inputs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
  const file = inputs.find((input) => input instanceof vscode.TabInputText && isWritten(input));
  if (!(file instanceof vscode.TabInputText)) return null;
  return textAtKept({ place: { uri: file.uri.toString(), line: 1, column: 1 } });
}

/** The text at a place that was looked at before a reload; null where there is none any more. */
export async function textAtKept({ place }: Pick<InspectorMemory, 'place'>): Promise<InspectedText | null> {
  if (place === null) return null;
  const uri = vscode.Uri.parse(place.uri);
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return null;
  const [opened] = await Promise.allSettled([vscode.workspace.openTextDocument(uri)]);
  if (opened.status === 'rejected') return null;
  const position = new vscode.Position(place.line - 1, place.column - 1);
  return textAround(opened.value, opened.value.validatePosition(position));
}

/** An editor in whose document somebody writes. */
export function writtenIn(editor: vscode.TextEditor | undefined): vscode.TextEditor | undefined {
  return editor !== undefined && isWritten(editor.document) ? editor : undefined;
}

/** One that is seen where none has the keyboard. @param remembered address of the document that was looked at before */
export function visibleEditor(remembered: string | undefined): vscode.TextEditor | undefined {
  const written = vscode.window.visibleTextEditors.filter(({ document }) => isWritten(document));
  return followedEditor(written, remembered);
}
