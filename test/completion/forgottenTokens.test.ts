import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ForgottenTokens } from '../../extension/completion/forgottenTokens.ts';

it('tokens are forgotten exactly while a document that is gone had them and none that is there has, whatever came and went', () => {
  const vocabSize = 8;
  const text = fc.array(fc.nat({ max: vocabSize - 1 }), { maxLength: 6 });
  const change = fc.record({ at: fc.nat({ max: 2 }), ids: fc.option(text, { nil: null }) });
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 3, maxLength: 3 }),
      fc.array(change, { maxLength: 12 }),
      (texts, changes) => {
        const document = (ids: number[]) => ({ path: '', ids: Uint16Array.from(ids) });
        const now: (ReturnType<typeof document> | null)[] = texts.map(document);
        const tokens = new ForgottenTokens(vocabSize, texts.map(document));
        const gone = new Set<number>();
        for (const { at, ids } of changes) {
          const before = now[at]!;
          now[at] = ids === null ? null : document(ids);
          if (before !== null && ids === null) tokens.remove(before);
          else if (before !== null) tokens.takeOut(before);
          if (before !== null && ids === null) before.ids.forEach((id) => gone.add(id));
          if (now[at] !== null) tokens.add(now[at]);
          const there = new Set(now.flatMap((one) => [...(one?.ids ?? [])]));
          expect(tokens.ids.sort()).toEqual([...gone].filter((id) => !there.has(id)).sort());
        }
      },
    ),
  );
});
