import { expect, it, vi } from 'vitest';
import { SilenceRecord } from '../../extension/host/silenceRecord.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { Address } from './diskAsEditor.ts';
import { TextDocument } from './textDocument.ts';

const editor = vi.hoisted((): { settings: Record<string, unknown> } => ({ settings: {} }));

vi.mock('vscode', async () => ({
  ...(await import('./textDocument.ts')),
  workspace: {
    workspaceFolders: [],
    notebookDocuments: [],
    asRelativePath: ({ path }: Address) => path.slice(1),
    getWorkspaceFolder: () => ({}),
    getConfiguration: (section: string) => ({
      get: (name: string) => editor.settings[`${section}.${name}`],
    }),
  },
}));

const document = new TextDocument(Address.file('/a.ts'), 'typescript', 'text') as never;
const model = { canComplete: true, index: { stage: null } } as unknown as WorkspaceModel;

it.each([
  ['asks for none by itself', false, { kind: 'editorOff' }],
  ['asks by itself', true, null],
])(
  'an editor that %s has a reason for silence where nobody asks, and none where somebody does',
  (_, enabled, reason) => {
    editor.settings = { 'editor.inlineSuggest.enabled': enabled };
    const silences = new SilenceRecord(model);
    expect(silences.unasked(document)).toEqual(reason);
    expect(silences.standing(document, false)).toBeNull();
    expect(silences.standing(document, true)).toBeNull();
  },
);

it('what Nihilo is told comes before what the editor is told', () => {
  editor.settings = { 'editor.inlineSuggest.enabled': false, 'nihilo.enabled': false };
  expect(new SilenceRecord(model).unasked(document)).toEqual({ kind: 'languageOff', language: 'typescript' });
});
