import type * as vscode from 'vscode';
import { watchEventLoop } from '../platform/eventLoop.ts';
import { nodePlatform } from '../platform/node.ts';
import { editorFiles } from './editorFiles.ts';
import { activateOn, type NihiloApi } from './extension.ts';

export { deactivate } from './extension.ts';

/** Called by the editor where extensions run in Node: on the desktop and on remote machines. */
export function activate(context: vscode.ExtensionContext): NihiloApi {
  return activateOn(context, { platform: nodePlatform(editorFiles), eventLoop: watchEventLoop() });
}
