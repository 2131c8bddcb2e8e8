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
