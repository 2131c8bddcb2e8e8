// `node test/webview/chapterPictures.ts`: the pictures of the walkthrough's chapters, from the base model on a file of this repository. What is
// committed of them has 48 colours, which makes them a third as large.
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { InspectedText } from '../../extension/host/inspectedText.ts';
import { InspectorClient } from '../../extension/inspection/client.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { EditorStandIn, type OpenInspector } from './editorStandIn.ts';
import { engineOf } from './noWorkspace.ts';
import { settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

const root = path.join(import.meta.dirname, '..', '..');
const folder = path.join(root, 'media', 'chapters');
const size = { width: 460, height: 345 };

/** What a chapter shows, by its stage; of the first, the essay's example when it is taught. */
const chapters = ['scores', 'learning', 'attention', 'neurons', 'why', 'tokens', 'vectors'];
const file = 'extension/engine/sampler.ts';

function textOf(): InspectedText {
  const code = readFileSync(path.join(root, file), 'utf8');
  const at = code.indexOf('return nucleus');
  const line = code.slice(0, at).split('\n').length;
  const place = { uri: `file:///${file}`, file, line, column: 3 };
  return { place, name: file, prefix: code.slice(0, at), suffix: code.slice(at) };
}

async function choose(inspector: OpenInspector, bytes: string): Promise<void> {
  const { page } = inspector;
  await page.locator('.strip [data-token-id]').filter({ hasText: bytes }).last().click();
  await settled(inspector, (await page.locator('.prediction').getAttribute('data-stage'))!);
}

async function take({ page }: OpenInspector, part: string, name: string): Promise<void> {
  await page.locator(part).scrollIntoViewIfNeeded();
  const { x, y } = (await page.locator(part).boundingBox())!;
  await page.screenshot({ path: path.join(folder, `${name}.png`), clip: { x: x - 8, y: y - 8, ...size } });
}

mkdirSync(folder, { recursive: true });
const platform = nodePlatform();
const client = new InspectorClient(platform);
const editor = await EditorStandIn.start();
try {
  const model = {
    state: 'ready',
    model: await client.load(platform.baseModel!, true),
    origin: 'base',
  } as const;
  for (const id of ['dark-modern', 'light-modern']) {
    const theme = themes.find((theme) => theme.id === id)!;
    const shade = id.split('-')[0]!;
    const text = textOf();
    const inspector = await editor.open({
      theme,
      model,
      text,
      engine: engineOf(client),
      width: 900,
      height: 800,
    });
    const { page } = inspector;
    await settled(inspector, 'scores');
    for (const stage of chapters) {
      await page.locator(`.rail-entry[data-stage="${stage}"]`).click();
      await settled(inspector, stage);
      // Of several merges; all others are of what follows the cursor.
      if (stage === 'tokens') await choose(inspector, 'ities');
      if (stage === 'why') await page.waitForSelector('[data-tried]', { state: 'detached' });
      await take(inspector, stage === 'why' ? ':has(> .effects)' : '.prediction', `${stage}-${shade}`);
    }
    await page.setViewportSize({ width: 480, height: 800 });
    await page.locator('.start-essay').click();
    const bar = page.locator('.essay');
    await bar.getByRole('button', { name: '100 steps' }).click();
    await page.waitForSelector('.essay[data-step="100"]');
    await settled(inspector, chapters.at(-1)!);
    await take(inspector, '.essay', `nothing-${shade}`);
    await inspector.close();
  }
} finally {
  await editor.stop();
  await client.close();
}
