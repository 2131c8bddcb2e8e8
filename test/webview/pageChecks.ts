import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { OpenInspector } from './editorStandIn.ts';

/** Folder of pictures to look at, where one asks for them. */
const pictures = process.env['NIHILO_PICTURES'];

/** @param part of the page, by its selector; absent: all of it */
export async function picture({ page }: OpenInspector, name: string, part?: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const path = `${pictures}/${name}.png`;
  if (part === undefined) await page.screenshot({ path, fullPage: true });
  else await page.locator(part).screenshot({ path });
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
