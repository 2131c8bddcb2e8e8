import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';

export const options = { leastProbability: 0.3, maxTokens: 24, maxMilliseconds: 60_000 };
export const never = (): boolean => false;
export const open = { name: 'new.ts', suffix: '\n' };

let code: ReturnType<typeof folderOfCode>;
/** of a file of the code */
export let text: string;

beforeAll(() => {
  code = folderOfCode('tokenizer', 'protocol');
  text = readFileSync(path.join(code.folder, 'tokenizer', 'healing.ts'), 'utf8');
});
afterAll(() => code.remove());

/** Each has a memory of its own. */
export async function index(edition = 1): Promise<WorkspaceIndex> {
  return (await builtIndexes(code.folder, path.join(code.folder, 'none'), edition))[0]!;
}
