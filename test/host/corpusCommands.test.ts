import { expect, it, vi } from 'vitest';
import { dontLearn, forget, learnAgain } from '../../extension/host/corpusCommands.ts';
import { withoutRepetition } from '../../extension/training/provenance.ts';

const { editor, Uri } = vi.hoisted(() => ({
  editor: {
    isTrusted: true,
    said: [] as string[],
    /** as the settings of the folder have it */
    rules: {} as Record<string, unknown>,
  },
  Uri: class {
    readonly scheme = 'file';
    readonly path: string;
    readonly fsPath: string;

    constructor(path: string) {
      this.path = path;
      this.fsPath = path;
    }
  },
}));

vi.mock('vscode', () => {
  const folder = { uri: new Uri('/code') };
  return {
    Uri,
    ConfigurationTarget: { Global: 1, Workspace: 2, WorkspaceFolder: 3 },
    l10n: {
      t: (template: string, ...values: string[]) =>
        template.replaceAll(/\{(\d)\}/g, (_, i) => values[Number(i)]!),
    },
    window: { showInformationMessage: async (sentence: string) => void editor.said.push(sentence) },
    workspace: {
      get isTrusted() {
        return editor.isTrusted;
      },
      workspaceFolders: [folder],
      getWorkspaceFolder: () => folder,
      getConfiguration: () => ({
        // As VS Code does: what an untrusted folder may not set is not told of, and is written all the same.
        get: () => editor.rules,
        inspect: () => (editor.isTrusted ? { workspaceFolderValue: editor.rules } : {}),
        update: async (_: string, rules: Record<string, unknown>) => void (editor.rules = rules),
      }),
    },
  };
});

const before = { '**/private': true };

it.each([
  ['a trusted workspace', true, /^Nihilo counts src\/a.ts no more and will not learn from it again\.$/],
  ['Restricted Mode', false, /^For now Nihilo counts src\/a.ts no more\..* trust the folder first/],
])('in %s says of a file that is to be forgotten what holds there, once', async (_, isTrusted, sentence) => {
  Object.assign(editor, { isTrusted, said: [], rules: before });
  const forgotten: string[] = [];
  const model = { isTrained: false, forget: async (path: string) => void forgotten.push(path) };
  await forget(new Uri('/code/src/a.ts') as never, model as never, {} as never);
  expect(forgotten).toEqual(['src/a.ts']);
  expect(editor.rules).toEqual(isTrusted ? { ...before, 'src/a.ts': true } : before);
  expect(editor.said).toEqual([expect.stringMatching(sentence)]);
});

it('says that weights forget a file by training anew alone: what is trained further, or fine-tuned, still has it', async () => {
  Object.assign(editor, { isTrusted: true, said: [], rules: before });
  const model = { isTrained: true, forget: async () => {} };
  await forget(new Uri('/code/src/a.ts') as never, model as never, {} as never);
  expect(editor.said.join()).toMatch(/forgets it when it is trained anew, not when it is trained further\.$/);
  // What a training goes on with stays in what is told of its model.
  const reading = (exclude: string[], readAtMs: number) => ({ folders: ['/code'], exclude, readAtMs });
  const [told] = withoutRepetition([reading([], 1), reading(['src/a.ts'], 2)]);
  expect(told!.exclude).toEqual([]);
});

it.each([
  ['a trusted workspace adds a rule to those of the folder', true],
  ['Restricted Mode, where those of the folder are not seen, adds none and says so', false],
])('in %s', async (_, isTrusted) => {
  Object.assign(editor, { isTrusted, said: [], rules: before });
  await dontLearn(new Uri('/code/src/a.ts') as never, {} as never);
  expect(editor.rules).toEqual(isTrusted ? { ...before, 'src/a.ts': true } : before);
  expect(editor.said).toEqual(isTrusted ? [] : [expect.stringMatching(/trust the folder first\.$/)]);
});

it.each([
  ['its name', '[a](command:b).ts', '**/*.ts'],
  ['the rule', 'a(command:b)', '**/[a](command:b)'],
])('a file that is left out is told of without the link that %s would be', async (_, name, rule) => {
  Object.assign(editor, { isTrusted: true, said: [], rules: { [rule]: true } });
  await learnAgain(new Uri(`/code/${name}`) as never, {} as never);
  const sentence = `${name} is left out by "${rule}" in nihilo.exclude, which may leave out others, too.`;
  expect(editor.said.map((said) => said.replaceAll('\u200b', ''))).toEqual([sentence]);
  expect(editor.said[0]).not.toContain('](');
});
