import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepOnFailure, Session } from './session.ts';
import type { Workbench } from './workbench.ts';

/** As the virtual folder has it, and nothing on the disk. */
const line = 'export const tide40 = measureTidalRange(harbours[40], lunarPhase);';

describe('a workspace of a folder on the disk and one that is on none', () => {
  let session: Session;
  let workbench: Workbench;

  beforeAll(async () => {
    session = await Session.start({ 'nihilo.base': 'off' }, { extensions: ['virtualFolder'] });
    const home = await session.emptyFolder();
    await mkdir(path.join(home, 'disk'));
    await writeFile(path.join(home, 'disk', 'notes.ts'), 'export const notes = [];\n');
    const workspace = path.join(home, 'both.code-workspace');
    const folders = [{ path: 'disk' }, { uri: 'nihilo-test:/tides', name: 'tides' }];
    await writeFile(workspace, JSON.stringify({ folders }));
    workbench = await session.open(workspace);
  });

  afterAll(async () => {
    await session?.stop();
  });

  it('completes in a file of the one what stands in the other', async (context) => {
    keepOnFailure(workbench, context);
    await workbench.statusBar('Nihilo: counts').waitFor();
    await workbench.openFile('disk/notes.ts');
    await workbench.goTo(2, 1);
    const { typed, ghost } = await workbench.typeUntilGhostText(line);
    expect(line.slice(typed.length)).toContain(ghost.trim());
    await workbench.screenshot('virtual-workspace', 400);
  });
});
