import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { Frame } from 'playwright-core';
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

export function seriousFindings({ page }: OpenInspector): Promise<string[]> {
  return seriousIn(page);
}

/** What axe-core calls serious or critical in a page, or a frame of one, as it is. */
export async function seriousIn(frame: Pick<Frame, 'evaluate'>): Promise<string[]> {
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate(async () =>
    (window as unknown as { axe: typeof axe }).axe.run(document),
  );
  return violations
    .filter((finding) => finding.impact === 'serious' || finding.impact === 'critical')
    .flatMap((finding) => finding.nodes.map((node) => `${finding.id}: ${node.html} ${node.failureSummary}`));
}

/** What reaches beyond the page and can't be scrolled to with the keyboard in a frame of its own. */
export async function cutOff({ page }: OpenInspector): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth } = document.documentElement;
    /** A frame that scrolls keeps the page from doing so; whoever has no pointer must be able to stand in it. Or an ellipsis says it. */
    const isInFrame = (element: Element): boolean => {
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(at);
        if (textOverflow === 'ellipsis') return at.getBoundingClientRect().right <= clientWidth + 0.5;
        if (overflowX !== 'auto' && overflowX !== 'scroll') continue;
        return at.matches('[tabindex="0"]') || at.querySelector('[tabindex="0"], button, input') !== null;
      }
      return false;
    };
    const isBeyond = (element: Element): boolean =>
      element.getBoundingClientRect().right > clientWidth + 0.5 && !isInFrame(element);
    return [...document.querySelectorAll('main *:not(.spoken-only, .spoken-only *)')]
      .filter((element) => isBeyond(element) && !isBeyond(element.parentElement!))
      .map((element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`);
  });
}
