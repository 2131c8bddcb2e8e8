import type { EditorStandIn, OpenInspector, OpenOptions } from './editorStandIn.ts';
import { sampleEngine, sampleModel } from './sampleEngine.ts';
import { samplePlace } from './sampleText.ts';
import { themes } from './themes.ts';

/** The Inspector on the sample's text, with its first stage drawn; dark, unless told otherwise. */
export async function openOnSample(
  editor: EditorStandIn,
  options: Partial<OpenOptions> = {},
): Promise<OpenInspector> {
  const inspector = await editor.open({
    theme: themes.find((theme) => theme.id === 'dark-modern')!,
    model: sampleModel,
    engine: sampleEngine(),
    width: 1000,
    height: 800,
    ...options,
  });
  inspector.conversation.follow({ place: samplePlace, name: 'basket.ts', prefix: 'x', suffix: 'y' });
  await settled(inspector, 'scores');
  return inspector;
}

/** The stage is drawn, and waits for nothing. */
export async function settled({ page }: OpenInspector, stage: string): Promise<void> {
  await page.waitForSelector(`.prediction[data-stage="${stage}"][aria-busy="false"]`);
}

/** By the rail or, where there is no room for it, by what stands in its place. */
export async function openStage(inspector: OpenInspector, stage: string): Promise<void> {
  const { page } = inspector;
  const entry = page.locator(`.rail-entry[data-stage="${stage}"]`);
  if (await entry.isVisible()) await entry.click();
  else await page.locator('.rail-select select').selectOption(stage);
  await settled(inspector, stage);
}

/** Opens all that is folded. What is in it is drawn when it says that it is open. */
export async function unfold({ page }: OpenInspector): Promise<void> {
  await page.evaluate(async () => {
    const folded = [...document.querySelectorAll('details')].filter(({ open }) => !open);
    const told = folded.map(
      (fold) => new Promise((resolve) => fold.addEventListener('toggle', resolve, { once: true })),
    );
    for (const fold of folded) fold.open = true;
    await Promise.all(told);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
