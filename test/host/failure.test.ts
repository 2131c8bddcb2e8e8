import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NihiloError, toPlainError } from '../../extension/protocol/errors.ts';
import { say } from '../../extension/protocol/sentence.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizerJson.ts';

/** What the editor does with the phrases of its language: by their English, with `{0}` for the first value. */
const bundle = vi.hoisted(() => ({ phrases: {} as Record<string, string> }));

vi.mock('vscode', () => ({
  l10n: {
    t: (phrase: string, ...values: unknown[]) =>
      (bundle.phrases[phrase] ?? phrase).replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)])),
  },
}));

const { spokenFailure } = await import('../../extension/host/failure.ts');
const file = new URL('../../l10n/bundle.l10n.zh-cn.json', import.meta.url);
const chinese: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));

/** @source parseLinkedText of VS Code, which makes links in its messages */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

function spokenOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    // As it comes from another thread.
    return spokenFailure(structuredClone(toPlainError(error)));
  }
  throw new Error('Nothing failed.');
}

describe('a failure', () => {
  const refuse = (): unknown => tokenizerFromJson('{"version": "2.0"}');

  beforeEach(() => void (bundle.phrases = {}));

  it('is told in English where the editor speaks no other language', () => {
    expect(spokenOf(refuse)).toBe(
      'tokenizer.json should hold "1.0" as version and holds "2.0". Choose a folder that Nihilo has trained, or train again.',
    );
  });

  it('is told in the language of the editor', () => {
    bundle.phrases = chinese;
    expect(spokenOf(refuse)).toBe(
      'tokenizer.json 中的 version 应为 "1.0"，实际为 "2.0"。请选择 Nihilo 训练过的文件夹，或重新训练。',
    );
  });

  it('is told in it with the sentences that it is made of', () => {
    bundle.phrases = chinese;
    const error = new NihiloError(
      'storageFailed',
      say`Expected to ${say`read ${'/a'}`}, got ${say`nothing there (${'ENOENT'}); check the path`}.`,
    );
    expect(spokenFailure(toPlainError(error))).toBe('无法读取 /a：那里什么也没有（ENOENT）；请检查路径。');
  });

  it('has no link of the editor’s in it, whatever a file is called', () => {
    const name = 'src/[Fix this](command:workbench.action.quit)/[a](b).ts';
    const error = new NihiloError('folderUnreadable', say`${name} is open in no folder.`);
    const spoken = spokenFailure(toPlainError(error));
    expect(spoken).not.toMatch(link);
    expect(spoken.replaceAll('\u200b', '')).toBe(`${name} is open in no folder.`);
  });

  it('that is a bug says where the rest of the story is', () => {
    bundle.phrases = chinese;
    expect(spokenFailure(toPlainError(new TypeError('x is not a function')))).toMatch(/日志/);
  });
});
