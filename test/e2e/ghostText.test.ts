import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readableMs } from '../../extension/statistics/tracker.ts';
import { keepOnFailure, Session } from './session.ts';
import { patience, type Workbench } from './workbench.ts';

/** Files that are there to be learnt from; no window opens them. What repeats so often is sure, whatever our own code beside it is by now. */
const known = {
  'gull.ts': `export function land(gull: Gull): void {
    gull.circleAbove(harbour);
    gull.spreadTail(widely);
    gull.landUpon(quay);
    gull.callMate(loudly);
    gull.preenFeathers(calmly);
    gull.watchTide(closely);
}

`,
  'margin.ts': `function fly(gull: Gull): void {
    circleTwice(gull);
    foldWings(slowly);
}

`,
  // One level further in than what is written below.
  'tide.py': `class Gauge:
    def check(self, depth):
        if depth > limit:
            raise TideError(depth)
        else:
            record_depth(depth)


`,
  'tern.js': `class Tern {
    dive() {
        if (this.isHungry) {
            this.plungeInto(water);
        } else {
            this.restOn(buoy);
        }
    }
}

`,
  'burrow.ts': [...'snnsnssnnnsssnsn']
    .map((side) => `openBurrow(${side === 's' ? 'southCliff' : 'northShore'});\n`)
    .join(''),
};

/** Files that are written in. */
const begun = {
  'indent.ts': 'function fly(gull: Gull): void {\n    circleTwice(gull);\n\n}\n',
  'lines.ts': '\n',
  'dedent.py': 'def check(depth):\n    if depth > limit:\n        raise TideError(depth)\n',
  'dedent.js': 'function dive() {\n    if (this.isHungry) {\n        this.plungeInto(water);\n',
  'choice.ts': 'const burrows = [];\n\n',
  'through.ts': '\n',
  'refused.ts': '\n',
};

describe('ghost text', () => {
  let session: Session;
  let folder: string;
  let workbench: Workbench;

  beforeAll(async () => {
    session = await Session.start({
      'workbench.colorTheme': 'Dark Modern',
      'nihilo.base': 'off',
      'nihilo.eagerness': 'high',
      'editor.tabSize': 4,
      'editor.detectIndentation': false,
      'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
      'editor.suggestOnTriggerCharacters': false,
      'editor.parameterHints.enabled': false,
    });
    folder = await session.folderOfCode();
    await mkdir(path.join(folder, 'known'));
    for (const [name, text] of Object.entries(known)) {
      await writeFile(path.join(folder, 'known', name), text.repeat(100));
    }
    for (const [name, text] of Object.entries(begun)) await writeFile(path.join(folder, name), text);
    workbench = await session.open(folder);
    await workbench.statusBar('Nihilo: counts').waitFor();
  });
  afterAll(() => session.stop());

  const ghost = (): Promise<string> => workbench.ghostText();
  const written = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');

  it('leaves Tab to who indents an empty line; where the block’s lines stand, Tab takes it', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('indent.ts');
    await workbench.goTo(3, 1);
    await workbench.runCommand('Trigger Inline Suggestion');
    await expect.poll(ghost, { timeout: patience }).toBe('    foldWings(slowly);');
    await workbench.screenshot('ghost-indent', 300);
    await workbench.press('Tab');
    await workbench.statusBar('Ln 3, Col 5').waitFor();
    await expect.poll(ghost, { timeout: patience }).toBe('foldWings(slowly);');
    await workbench.press('Tab');
    await workbench.save();
    const expected = begun['indent.ts'].replace('\n\n', '\n    foldWings(slowly);\n');
    expect(await written('indent.ts')).toBe(expected);
  });

  it('of several lines is written with all of them, each with its indentation', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('lines.ts');
    await workbench.goTo(1, 1);
    // Behind a line of its own the rest is surer than behind a head.
    for (const line of ['export function land(gull: Gull): void {', 'gull.circleAbove(harbour);']) {
      await workbench.type(line);
      await workbench.press('Escape');
      await workbench.press('Enter');
    }
    const lines = async (): Promise<number> => (await ghost()).split(';').length - 1;
    // Who waited in vain for more asks again: what was computed by then is not computed anew.
    const asked = async (): Promise<number> => {
      const count = await lines();
      if (count < 3) await workbench.runCommand('Trigger Inline Suggestion');
      return count;
    };
    await expect.poll(asked, { timeout: patience, interval: 2_000 }).toBeGreaterThanOrEqual(3);
    await workbench.screenshot('ghost-lines', 300);
    // How many there are depends on what a machine can do in the time that a person waits.
    const shown = await lines();
    await workbench.press('Tab');
    await workbench.save();
    const whole = known['gull.ts'].trimEnd().split('\n');
    const expected = [...whole.slice(0, 2 + shown), whole.at(-1)];
    expect((await written('lines.ts')).trimEnd()).toBe(expected.join('\n'));
  });

  it.each([
    ['dedent.py', '    else:\n        record_depth(depth)\n'],
    ['dedent.js', '    } else {\n        this.restOn(buoy);\n    }\n}\n'],
  ] as const)('moves a line of %s out to where it belongs', async (name, rest) => {
    await workbench.openFile(name);
    await workbench.goTo(3, 1);
    await workbench.press('End');
    await workbench.press('Enter');
    await workbench.statusBar('Ln 4, Col 9').waitFor();
    const begins = rest.split('\n')[0]!.trim();
    await expect.poll(ghost, { timeout: patience }).toContain(begins);
    await workbench.screenshot(`ghost-${name}`, 300);
    await workbench.press('Tab');
    await workbench.save();
    const text = await written(name);
    expect(text).toContain(`\n    ${begins}\n`);
    // As much of it as was sure.
    expect(`${begun[name]}${rest}`.startsWith(text.trimEnd())).toBe(true);
  });

  it('is one of several when somebody asks, each of them another', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('choice.ts');
    await workbench.goTo(2, 1);
    await workbench.type('openBurrow(');
    await workbench.press('Escape');
    await workbench.runCommand('Trigger Inline Suggestion');
    await expect.poll(ghost, { timeout: patience }).not.toBe('');
    const first = await ghost();
    await workbench.press('Alt+]');
    await expect.poll(ghost, { timeout: patience }).not.toBe(first);
    const second = await ghost();
    await workbench.screenshot('ghost-choice', 300);
    for (const text of ['southCliff', 'northShore']) expect(first + second).toContain(text);
    await workbench.press('Alt+[');
    await expect.poll(ghost, { timeout: patience }).toBe(first);
    await workbench.press('Escape');
  });

  it('costs the engine nothing while it is typed as it stands there', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('through.ts');
    await workbench.goTo(1, 1);
    await workbench.type('gull.circle');
    await expect.poll(ghost, { timeout: patience }).toMatch(/^Above/);
    const before = await session.completions();
    for (const key of 'Abov') {
      const shown = await ghost();
      await workbench.page.keyboard.type(key);
      await expect.poll(ghost, { timeout: patience }).toBe(shown.slice(1));
    }
    const since = async () => (await session.completions()).slice(before.length);
    await expect.poll(since, { timeout: patience }).not.toEqual([]);
    for (const { kind } of await since()) expect(kind).toBeUndefined();
    await workbench.press('Escape');
  });

  it('that was read and not wanted twice at a place stays away there, and says so', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.openFile('refused.ts');
    await workbench.goTo(1, 1);
    await workbench.type('openBurrow(');
    let asked = (await session.completions()).length;
    // The editor may show what it has itself, for a moment before it is given it again.
    const isGiven = async (): Promise<boolean> =>
      ((await session.completions()).slice(asked).at(-1)?.shown ?? 0) > 0;
    await workbench.type('n');
    for (let time = 0; time < 2; time++) {
      await expect.poll(isGiven, { timeout: patience }).toBe(true);
      await expect.poll(ghost, { timeout: patience }).toContain('orthShore');
      // Nobody but who shows it knows how long it is read.
      await workbench.page.waitForTimeout(2 * readableMs);
      asked = (await session.completions()).length;
      await workbench.page.keyboard.type('z');
      await expect.poll(ghost, { timeout: patience }).toBe('');
      await workbench.press('Backspace');
    }
    const status = workbench.page.locator('[id*="nihilo.status"] a').first();
    await expect
      .poll(() => status.getAttribute('aria-label'), { timeout: patience })
      .toContain('not wanted twice');
    // What the editor had itself goes when it is given nothing in its place.
    await expect.poll(ghost, { timeout: patience }).toBe('');
    expect(await isGiven()).toBe(false);
    await workbench.screenshot('ghost-refused', 300);
  });

  it('fails nowhere', async () => {
    expect(await session.failures()).toEqual([]);
  });
});
