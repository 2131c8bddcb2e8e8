import * as vscode from 'vscode';
import { webPlatform } from '../platform/web.ts';
import { watchWebEventLoop } from '../platform/webEventLoop.ts';
import { pathOf } from './configuration.ts';
import { editorFiles } from './editorFiles.ts';
import { activateOn, type NihiloApi } from './extension.ts';

export { deactivate } from './extension.ts';

/** Called by the editor where extensions run in the browser. */
export async function activate(context: vscode.ExtensionContext): Promise<NihiloApi> {
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
  const bundle = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(dist, 'web', 'thread.js'));
  const worker = URL.createObjectURL(new Blob([Uint8Array.from(bundle)], { type: 'text/javascript' }));
  context.subscriptions.push({ dispose: () => URL.revokeObjectURL(worker) });
  const platform = webPlatform(editorFiles, { dist: pathOf(dist), worker });
  return activateOn(context, { platform, eventLoop: watchWebEventLoop() });
}
