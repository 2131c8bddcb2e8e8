import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keepOnFailure, type LoggedCompletion, type Memory, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

/** 2,000 keys of a real file, a few at each of many places: each begins with a first ask. */
const rounds = 4;
const placesOfRound = 20;
const keysOfPlace = 25;
const keys = rounds * placesOfRound * keysOfPlace;
/** What one-time work has taken by then is not what typing takes. */
const settledRounds = 1;
const lines = 500;
const mostMb = 20;
/** Longer than typing takes; a twelfth of it passes between two looks at held-out text. */
const trainingSeconds = 1_200;
/** Typing takes three minutes, on a busy machine several times as long. */
const mostMs = 12 * patience;

/** A file that is typed in, and the lines that stand empty for it, the last first: what is typed moves none of those to come. */
interface Written {
  readonly name: string;
  readonly text: string[];
  readonly places: number[];
}

/** A person who types fast, now here, now there. */
describe(`${keys} keys of a real file, typed at ${rounds * placesOfRound} places of files of ${lines} lines`, () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;
  let parts: string[];
  let quiet: Written[];
  let busy: Written[];

  beforeAll(async () => {
    session = await Session.start({
      'nihilo.training.seconds': trainingSeconds,
      'nihilo.training.threads': 1,
      // What is typed is what shall stand there: the editor adds nothing by itself.
      'editor.autoIndent': 'none',
      'editor.autoClosingBrackets': 'never',
      'editor.autoClosingQuotes': 'never',
      'editor.autoClosingComments': 'never',
      'editor.formatOnType': false,
      'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
      'editor.suggestOnTriggerCharacters': false,
      'editor.acceptSuggestionOnEnter': 'off',
      'editor.parameterHints.enabled': false,
    });
    folder = await session.folderOfCode();
    parts = partsOf(await readFile(path.join(folder, 'engine', 'decoder.ts'), 'utf8'));
    // A window that is open may not find files that are new.
    quiet = await filesToWrite('quiet');
    busy = await filesToWrite('busy');
    workbench = await session.open(folder);
    await workbench.statusBar('Nihilo: counts').waitFor();
    // What is learnt of whom to trust takes longer, in the same process.
    const isIndexed = async (): Promise<boolean> =>
      (await session.logged(/index: \{"predicting":"counts.*"stage":null/)).length > 0;
    await vi.waitUntil(isIndexed, { timeout: 4 * patience, interval: 500 });
  }, 6 * patience);
  afterAll(() => session.stop());

  it(
    `leave no more than ${mostMb} MB behind in the process of the extensions, in which nothing is trained`,
    async (context) => {
      keepOnFailure(workbench, context);
      const files = quiet;
      for (let round = 0; round < settledRounds; round++) await typeRound(round, files);
      const settled = await session.memory(workbench, folder);
      for (let round = settledRounds; round < rounds; round++) await typeRound(round, files);
      const grown = growth(settled, await session.memory(workbench, folder));
      console.log(`without a training: ${inWords(grown)}`);
      await expectWritten(files);
      expectLittle(grown);
    },
    mostMs,
  );

  it(
    `all stand there while a training runs, are answered without a failure, hold no thread that others need and leave no more than ${mostMb} MB behind`,
    async (context) => {
      keepOnFailure(workbench, context);
      await workbench.runCommand('Nihilo: Train on Workspace');
      await workbench.notification(/bits per byte/).waitFor({ timeout: 2 * patience });
      const files = busy;
      for (let round = 0; round < settledRounds; round++) await expectAnswers(round, files);
      // With its first look at held-out text, and the save after it, a training takes the memory that it keeps: by the second it has it.
      const isScored = async (): Promise<boolean> => (await session.logged(/ held-out: /)).length >= 2;
      await vi.waitUntil(isScored, { timeout: 6 * patience, interval: 500 });
      const settled = await session.memory(workbench, folder);
      for (let round = settledRounds; round < rounds; round++) await expectAnswers(round, files);
      const grown = growth(settled, await session.memory(workbench, folder));
      console.log(`with a training: ${inWords(grown)}`);
      // It runs still.
      await workbench.statusBar(/Nihilo: training/).waitFor();
      await expectWritten(files);
      await workbench.screenshot('soak');
      expect(await session.failures()).toEqual([]);
      expect((await session.stalls(folder)).filter(({ oursMs }) => oursMs > 20)).toEqual([]);
      expectLittle(grown);
    },
    mostMs,
  );

  /** Two files of real code; every so many lines one stands empty. */
  async function filesToWrite(name: string): Promise<Written[]> {
    const sources = ['host/workspaceModel.ts', 'engine/layout.ts', 'cli/commandLine.ts', 'corpus/corpus.ts'];
    const files: Written[] = [];
    for (const half of [0, 1]) {
      const texts = sources
        .slice(2 * half, 2 * half + 2)
        .map((source) => readFile(path.join(folder, source), 'utf8'));
      const text = (await Promise.all(texts)).join('\n').split('\n').slice(0, lines);
      const count = (rounds * placesOfRound) / 2;
      const places = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * lines) / count));
      for (const place of places) text[place] = '';
      const file = { name: `${name}${half}.ts`, text, places: places.toReversed() };
      await writeFile(path.join(folder, file.name), text.join('\n'));
      files.push(file);
    }
    return files;
  }

  /** Half of a round's places are in either file. @returns what was answered meanwhile */
  async function typeRound(round: number, files: readonly Written[]): Promise<LoggedCompletion[]> {
    const before = (await session.completions()).length;
    for (const [half, { name, text, places }] of files.entries()) {
      await workbench.openFile(name);
      const ofFile = placesOfRound / 2;
      for (let i = 0; i < ofFile; i++) {
        const place = places[round * ofFile + i]!;
        const part = parts[(round * files.length + half) * ofFile + i]!;
        await workbench.goTo(place + 1, 1);
        await type(part);
        text[place] = part;
      }
      await workbench.press('Escape');
      await workbench.save();
    }
    return (await session.completions()).slice(before);
  }

  async function expectAnswers(round: number, files: readonly Written[]): Promise<void> {
    const times = await typeRound(round, files);
    for (const kind of ['first', 'next'] as const) {
      const own = times.filter((each) => each.kind === kind);
      // How fast a machine is that does other things, too, is no claim of a test; the benchmark has one.
      console.log(`round ${round + 1}, ${kind}: ${figures(own)}`);
      // The editor asks where somebody pauses, the more often the slower it is itself.
      expect(own.length).toBeGreaterThanOrEqual(placesOfRound / 2);
    }
  }

  /** With a moment's thought after the first key and the last, where the editor asks. */
  async function type(text: string): Promise<void> {
    for (const [i, character] of [...text].entries()) {
      if (character === '\n') await workbench.press('Enter');
      else await workbench.page.keyboard.type(character);
      const isPause = i === 0 || i === text.length - 1 || i % 5 === 4;
      await workbench.page.waitForTimeout(isPause ? 200 : 45);
    }
  }

  async function expectWritten(files: readonly Written[]): Promise<void> {
    for (const { name, text } of files) {
      expect(await readFile(path.join(folder, name), 'utf8')).toBe(text.join('\n'));
    }
  }
});

/** What is typed at each place. An editor moves a line whose first sign is a closing bracket: there is none. */
function partsOf(source: string): string[] {
  const trimmed = source.split('\n').map((line) => line.trim());
  let text = trimmed.filter((line) => line !== '' && !/^[)\]}]/.test(line)).join('\n');
  return Array.from({ length: rounds * placesOfRound }, () => {
    text = text.replace(/^[\s)\]}]+/, '');
    const part = text.slice(0, keysOfPlace);
    text = text.slice(keysOfPlace);
    return part;
  });
}

/** By how much the process has grown from one look at it to another, and by how many threads. */
function growth(before: Memory, after: Memory): Growth {
  const sum = (used: readonly number[]): number => used.reduce((total, bytes) => total + bytes, 0);
  return {
    threads: after.used.length - before.used.length,
    usedMb: (sum(after.used) - sum(before.used)) / 2 ** 20,
    rssMb: (after.rss - before.rss) / 2 ** 20,
  };
}

interface Growth {
  readonly threads: number;
  readonly usedMb: number;
  readonly rssMb: number;
}

function inWords({ threads, usedMb, rssMb }: Growth): string {
  return `${threads} more threads, ${usedMb.toFixed(1)} MB more in use, ${rssMb.toFixed(1)} MB more in the process`;
}

function expectLittle({ threads, usedMb, rssMb }: Growth): void {
  expect(threads).toBe(0);
  expect(usedMb).toBeLessThanOrEqual(mostMb);
  expect(rssMb).toBeLessThanOrEqual(mostMb);
}

/** Nearest rank. */
function percentile(completions: readonly LoggedCompletion[], share: number): number {
  const sorted = completions.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
}

function figures(completions: readonly LoggedCompletion[]): string {
  const [median, p95, worst] = [0.5, 0.95, 1].map((share) => percentile(completions, share).toFixed(1));
  const slowest = completions.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
  return `${completions.length} asks, median ${median}, p95 ${p95}, worst ${worst} ms (engine ${slowest?.engineMs?.toFixed(1)} ms)`;
}
