import type { FrameLocator } from 'playwright-core';
import { patience, type Workbench } from './workbench.ts';

export interface InspectorRow {
  /** null in the row for all other tokens */
  readonly id: number | null;
  readonly logit: number | null;
  readonly probability: number;
  /** the probability as printed */
  readonly shown: string;
}

/** The Inspector as a person reads it: whole answers only, never a table that is being replaced. */
export class InspectorPanel {
  readonly frame: FrameLocator;

  constructor(workbench: Workbench) {
    this.frame = workbench.webview();
  }

  /** Resolves when the panel shows the prediction at this place of the file. */
  async showing(file: string, place: { line: number; column: number }): Promise<void> {
    await this.frame
      .locator('header .place', { hasText: `${file}:${place.line}:${place.column} ` })
      .waitFor();
    await this.#settled();
  }

  /** Resolves when the curves of the last training have been drawn, by a script that comes with the first of them. */
  async drawsCurves(): Promise<void> {
    const curves = this.frame.locator('.u-wrap canvas');
    await curves.first().scrollIntoViewIfNeeded();
    await curves.first().waitFor();
  }

  /** Chooses the token before the chosen one by the keyboard. */
  async choosePrevious(): Promise<void> {
    const chosen = this.frame.locator('.strip [aria-selected="true"]');
    const position = Number(await chosen.getAttribute('data-position'));
    await chosen.press('ArrowLeft');
    await this.frame.locator(`.prediction[data-position="${position - 1}"]`).waitFor();
    await this.#settled();
  }

  async rows(): Promise<InspectorRow[]> {
    const rows = await this.frame.locator('tr[data-row]').all();
    return Promise.all(
      rows.map(async (row) => {
        const number = async (name: string) => {
          const value = await row.getAttribute(name);
          return value === null ? null : Number(value);
        };
        return {
          id: await number('data-token-id'),
          logit: await number('data-logit'),
          probability: (await number('data-probability')) ?? Number.NaN,
          shown: (await row.locator('.probability').textContent()) ?? '',
        };
      }),
    );
  }

  /** ids of the tokens around the cursor */
  async tokenIds(): Promise<number[]> {
    const ids = await this.frame
      .locator('.strip [data-token-id]')
      .evaluateAll((tokens) => tokens.map((token) => Number(token.getAttribute('data-token-id'))));
    return ids;
  }

  /** the last row as printed */
  async total(): Promise<string> {
    return (await this.frame.locator('.scores tfoot .total').textContent()) ?? '';
  }

  /** Resolves when this stage is open, and waits for nothing. */
  settled(stage: string): Promise<void> {
    const open = this.frame.locator(`.prediction[data-stage="${stage}"][aria-busy="false"]`);
    return open.waitFor({ timeout: patience });
  }

  async openStage(stage: string): Promise<void> {
    // Which of the two is shown is decided by the page's width, once it is drawn.
    await this.frame.locator('.inspected').waitFor();
    const entry = this.frame.locator(`.rail-entry[data-stage="${stage}"]`);
    if (await entry.isVisible()) await entry.click();
    else await this.frame.locator('.rail-select select').selectOption(stage);
    await this.settled(stage);
  }

  async #settled(): Promise<void> {
    await this.frame.locator('.prediction[aria-busy="false"]').waitFor();
  }
}
