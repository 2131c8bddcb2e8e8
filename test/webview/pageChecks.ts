import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { OpenInspector } from './editorStandIn.ts';

/** Folder of pictures to look at, where one asks for them. */
const pictures = process.env['NIHILO_PICTURES'];

export async function picture({ page }: OpenInspector, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

/** What axe-core calls serious or critical in the page as it is. */
export async function seriousFindings({ page }: OpenInspector): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () =>
    (window as unknown as { axe: typeof axe }).axe.run(document),
  );
  return violations
    .filter((finding) => finding.impact === 'serious' || finding.impact === 'critical')
    .flatMap((finding) => finding.nodes.map((node) => `${finding.id}: ${node.html} ${node.failureSummary}`));
}
