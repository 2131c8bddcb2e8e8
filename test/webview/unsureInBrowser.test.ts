import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import type { DoubtLimits, Precedent, PrecedentRecord } from '../../extension/protocol/precedent.ts';
import { EditorStandIn, type OpenInspector, whyNoBrowser } from './editorStandIn.ts';
import { picture, seriousFindings } from './pageChecks.ts';
import { sampleEngine, sampleInspection } from './sampleEngine.ts';
import { openOnSample, settled } from './sampleInspector.ts';
import { themes } from './themes.ts';

const { top, entropy } = sampleInspection(null, 20).distribution;
const likeliest = top[0]!.probability;

/** Either says nothing: the sample is surer than that. */
const [sure, sureBits] = [likeliest / 2, entropy + 1];
const [unsure, unsureBits] = [Math.min(1, 2 * likeliest), entropy / 2];
const known: Precedent = { word: 'price', isKnown: true, tokens: 9 };
const noRecord: PrecedentRecord = { with: { shown: 40, accepted: 30 }, without: { shown: 19, accepted: 3 } };

function engineWith(
  limits: DoubtLimits,
  precedent: Precedent | null,
  record: PrecedentRecord = noRecord,
): InspectionEngine {
  return sampleEngine({ precedent: async () => precedent, doubt: () => ({ limits, record }) });
}

describe.skipIf(whyNoBrowser !== null)('the flag “unsure”, in a browser', () => {
  let editor: EditorStandIn;
  beforeAll(async () => {
    editor = await EditorStandIn.start();
  });
  afterAll(async () => editor?.stop());

  async function openWhy(engine: InspectionEngine, theme = themes[0]!, width = 1000): Promise<OpenInspector> {
    const inspector = await openOnSample(editor, { engine, theme, width });
    if (width > 420) await inspector.page.locator('.rail-entry[data-stage="why"]').click();
    else await inspector.page.locator('.rail-select select').selectOption('why');
    await settled(inspector, 'why');
    await inspector.page.waitForSelector('[data-branch][data-done="true"]');
    return inspector;
  }

  const unknown: Precedent = { ...known, isKnown: false };
  const short: Precedent = { ...known, tokens: 3 };
  test.each([
    ['less likely, word unknown', unsure, sureBits, unknown, true],
    ['less likely, no verbatim match', unsure, sureBits, short, true],
    ['more entropy, word unknown', sure, unsureBits, unknown, true],
    ['more entropy, no verbatim match', sure, unsureBits, short, true],
    ['both, and both', unsure, unsureBits, { ...unknown, tokens: 0 }, true],
    ['less likely, but the workspace has it', unsure, unsureBits, known, false],
    ['sure, word unknown', sure, sureBits, unknown, false],
    ['nobody has counted', unsure, unsureBits, null, false],
  ] as const)('%s', async (_, probability, bits, precedent, isFlagged) => {
    const inspector = await openWhy(engineWith({ probability, bits, tokens: 4 }, precedent));
    const { page } = inspector;
    expect(await page.locator('.unsure').count()).toBe(isFlagged ? 1 : 0);
    const reasons = await page.locator('.unsure li').allTextContents();
    const isUnlikely = likeliest < probability;
    const expected = [
      ...(isUnlikely ? [/^Its probability is/] : []),
      ...(entropy > bits ? [/bits of entropy/] : []),
      ...(precedent?.isKnown === false ? [/^“price” stands nowhere else in the workspace/] : []),
      ...(precedent !== null && precedent.tokens < 4 ? [/at least 4/] : []),
    ];
    expect(reasons).toHaveLength(isFlagged ? expected.length : 0);
    reasons.forEach((reason, i) => expect(reason).toMatch(expected[i]!));
    await inspector.close();
  });

  test('what became of such suggestions is said when there are twenty of them, not before, beside the others that there are', async () => {
    const limits = { probability: unsure, bits: unsureBits, tokens: 4 };
    const text = async (record: PrecedentRecord): Promise<string | null> => {
      const inspector = await openWhy(engineWith(limits, unknown, record));
      const said = await inspector.page.locator('.unsure .quiet').textContent();
      await inspector.close();
      return said;
    };
    expect(await text(noRecord)).toBe(
      'How often such suggestions are accepted here is not known yet: 19 of 20 were shown.',
    );
    expect(await text({ ...noRecord, without: { shown: 20, accepted: 3 } })).toBe(
      'Of suggestions of which the workspace had nothing like it, 15 % were accepted here (of 20); of all others 75 % (of 40).',
    );
    for (const [shown, said] of [
      [0, '– % (of 0)'],
      [4, '50 % (of 4)'],
    ] as const) {
      const record = { with: { shown, accepted: shown / 2 }, without: { shown: 27, accepted: 9 } };
      expect(await text(record)).toContain(`33 % were accepted here (of 27); of all others ${said}.`);
    }
  });

  test('the word is asked about as a whole: the token, and what would come behind it up to its end', async () => {
    const asked: string[] = [];
    const limits = { probability: unsure, bits: unsureBits, tokens: 4 };
    const engine = engineWith(limits, unknown);
    const inspector = await openWhy({
      ...engine,
      precedent: async (prefix, open, coming) => {
        asked.push(coming);
        return engine.precedent(prefix, open, coming);
      },
    });
    const branch = await inspector.page
      .locator('.branch-token')
      .evaluateAll((tokens) => tokens.map((token) => Number((token as HTMLElement).dataset['tokenId'])));
    expect(branch[0]).toBe(top[0]!.id);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.startsWith(top[0]!.bytes)).toBe(true);
    // Each of the sample's tokens begins with a space, or is a whole word.
    expect(asked[0]).toMatch(/^\s?\S+$/);
    await inspector.close();
  });

  test.each(themes.flatMap((theme) => [1000, 240].map((width) => [theme.id, width, theme] as const)))(
    '%s, %i pixels wide: nothing serious for axe-core',
    async (id, width, theme) => {
      const limits = { probability: unsure, bits: unsureBits, tokens: 4 };
      const inspector = await openWhy(engineWith(limits, { ...unknown, tokens: 0 }), theme, width);
      await picture(inspector, `unsure-${id}-${width}`, '.prediction');
      expect(await seriousFindings(inspector)).toEqual([]);
      await inspector.close();
    },
  );
});
