import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHeldOut } from '../../extension/corpus/split.ts';
import { Random } from '../../extension/engine/random.ts';
import { makeReportCard } from '../../extension/evaluation/reportCard.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { ReportCard, ReportRow } from '../../extension/protocol/reportCard.ts';

const root = path.join(import.meta.dirname, '../..');
/** Any trained model serves: which files it holds out follows from its seed and their names. */
const checkpoint = path.join(root, 'base');
const { seed } = JSON.parse(readFileSync(path.join(checkpoint, 'trainer_state.json'), 'utf8')) as {
  seed: number;
};

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'nihilo-report-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** seconds: how busy the machine is must not decide */
const noLimit = 100_000;
const heldOutFiles = 12;
const learntFiles = 24;

/** The beginnings of real files, with names that put so many on either side. @param heldOut what stands in those that are held out */
function folderWith(name: string, heldOut: (text: string, i: number) => string): string {
  const folder = path.join(home, name);
  mkdirSync(folder);
  const source = path.join(root, 'extension', 'training');
  const texts = readdirSync(source).map((file) =>
    readFileSync(path.join(source, file), 'utf8').slice(0, 1_500),
  );
  const left = { heldOut: heldOutFiles, learnt: learntFiles };
  for (let i = 0; left.heldOut + left.learnt > 0; i++) {
    const side = isHeldOut({ path: `${i}.ts` }, seed) ? 'heldOut' : 'learnt';
    if (left[side]-- <= 0) {
      left[side] = 0;
      continue;
    }
    const text = texts.pop()!;
    writeFileSync(path.join(folder, `${i}.ts`), side === 'heldOut' ? heldOut(text, i) : text);
  }
  return folder;
}

async function cardOf(folder: string, seconds: number): Promise<ReportCard> {
  const request = { corpus: { folders: [folder], exclude: [] }, checkpoint, reproducible: true, seconds };
  return makeReportCard(nodePlatform(), request, async () => {});
}

function rowsOf({ rows }: ReportCard): Record<ReportRow['contestant'], ReportRow> {
  return Object.fromEntries(rows.map((row) => [row.contestant, row])) as ReturnType<typeof rowsOf>;
}

/** Random letters, others for each seed: three lines that are typed, and longer ones, which would take long to type. */
function noise(noiseSeed: number): string {
  const random = new Random(noiseSeed);
  const lineOf = (length: number): string =>
    `${Array.from({ length }, () => String.fromCharCode(97 + random.below(26))).join('')}\n`;
  return [30, 30, 30, 300, 300, 300].map(lineOf).join('');
}

describe('a report card', () => {
  it('has a row for both together, for counts alone and for words, in shares', async () => {
    const card = await cardOf(
      folderWith('code', (text) => text),
      noLimit,
    );
    expect(card.rows.map(({ contestant }) => contestant)).toEqual(['together', 'counts', 'words']);
    expect(card.files).toBeGreaterThan(4);
    expect(card.lines).toBeGreaterThan(10);
    const { together, counts, words } = rowsOf(card);
    for (const { bitsPerByte, top1 } of [together, counts]) {
      // Real code of a project costs less than its letters would, and its own likes are there.
      expect(bitsPerByte).toBeGreaterThan(0.3);
      expect(bitsPerByte).toBeLessThan(4);
      expect(top1).toBeGreaterThan(0.2);
      expect(top1).toBeLessThan(1);
    }
    for (const { savedKeystrokes } of card.rows) {
      expect(savedKeystrokes).toBeGreaterThan(0);
      expect(savedKeystrokes).toBeLessThan(1);
    }
    expect([words.bitsPerByte, words.top1]).toEqual([null, null]);
  });

  it('judges by text that nobody has seen: noise costs what noise costs, and no key is saved', async () => {
    const card = await cardOf(
      folderWith('noise', (_, i) => noise(i)),
      noLimit,
    );
    const { together, counts, words } = rowsOf(card);
    // log2(26) = 4.7 bits a letter; a predictor that had seen it would be far below.
    for (const { bitsPerByte } of [together, counts]) expect(bitsPerByte).toBeGreaterThan(4.4);
    for (const { savedKeystrokes } of [together, counts, words]) expect(savedKeystrokes).toBeLessThan(0.02);
  });

  it('judges by four files where the time is over before the first', async () => {
    expect((await cardOf(path.join(home, 'code'), 0)).files).toBe(4);
  });

  it('refuses where the training held out nothing, and says what to do', async () => {
    const folder = path.join(home, 'one line');
    mkdirSync(folder);
    writeFileSync(
      path.join(folder, 'only.ts'),
      'export const onlyOne = "a single line of text, longer than nothing";',
    );
    await expect(cardOf(folder, 10)).rejects.toMatchObject({ code: 'corpusTooSmall' });
  });
});
