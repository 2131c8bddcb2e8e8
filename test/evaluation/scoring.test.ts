import { describe, expect, it } from 'vitest';
import { FrozenModel } from '../../extension/evaluation/frozen.ts';
import { heldOutText, type HeldOutText } from '../../extension/evaluation/heldOutText.ts';
import { identifierTokens } from '../../extension/evaluation/identifiers.ts';
import { chooseLines } from '../../extension/evaluation/lines.ts';
import { score } from '../../extension/evaluation/scoring.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { OrderOneModel } from './orderOneModel.ts';
import { breathe, sampleTask } from './samples.ts';

/** Where `id` stands when the whole vocabulary is sorted, and the most there is. */
function rankOf(distribution: Float64Array, id: number): number {
  return distribution.filter((p, other) => p > distribution[id]! || (p === distribution[id] && other < id))
    .length;
}

describe('score', () => {
  it('gives −Σ log₂ P of every token and each end, and the ranks that sorting the whole vocabulary gives', async () => {
    const { task, model } = sampleTask();
    const scores = await score(model(), task, breathe);
    const reference = model();
    const distribution = new Float64Array(reference.vocabSize);
    const bits: number[] = [];
    const ranks: { rank: number; kind: string }[] = [];
    for (const text of task.texts) {
      reference.begin();
      const kinds = identifierTokens(text);
      let sum = 0;
      [...text.ids, task.tokenizer.endOfText].forEach((id, i) => {
        reference.distribution(distribution);
        sum -= Math.log2(distribution[id]!);
        if (i < text.ids.length) ranks.push({ rank: rankOf(distribution, id), kind: kinds[i]! });
        reference.learn(id);
      });
      bits.push(sum);
    }
    scores.bits.forEach((sum, i) => expect(sum).toBeCloseTo(bits[i]!, 8));
    const ranking = (kinds: readonly string[]) => {
      const some = ranks.filter(({ kind }) => kinds.includes(kind)).map(({ rank }) => rank);
      const share = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / some.length;
      return {
        tokens: some.length,
        top1: share(some.map((rank) => Number(rank === 0))),
        top5: share(some.map((rank) => Number(rank < 5))),
        mrr: share(some.map((rank) => (rank < 10 ? 1 / (rank + 1) : 0))),
      };
    };
    const close = (actual: object, expected: object): void => {
      for (const [name, value] of Object.entries(expected)) {
        expect(actual[name as keyof typeof actual], name).toBeCloseTo(value, 10);
      }
    };
    close(scores.tokens, ranking(['other', 'first', 'repeat']));
    close(scores.identifiers, ranking(['first', 'repeat']));
    close(scores.firstUses, ranking(['first']));
    close(scores.repeats, ranking(['repeat']));
    expect(scores.firstUses.tokens).toBeGreaterThan(20);
    expect(scores.repeats.tokens).toBeGreaterThan(20);
  });

  it('is the same whether lines are tried out on the way or not', async () => {
    const plain = sampleTask();
    const trying = sampleTask((texts) => chooseLines(texts, { typedLines: 20, cursorsPerKind: 5 }, 1));
    const [one, other] = [plain, trying].map(({ model, task }) => score(model(), task, breathe));
    expect((await other!).bits).toEqual((await one!).bits);
    expect((await other!).lines.all.cursors).toBeGreaterThan(15);
  });

  it('types at .8 in prose as it does at .9 in code, and knows where it is', async () => {
    const { task, model } = sampleTask((texts) =>
      chooseLines(texts, { typedLines: 60, cursorsPerKind: 0 }, 1),
    );
    const places = new Set<string>();
    const isProse = (text: HeldOutText, at: number): boolean => {
      places.add(`${text.path} ${at}`);
      return true;
    };
    const code = await score(model(), task, breathe);
    const prose = await score(model(), { ...task, isProse }, breathe);
    for (const [asked, same] of [
      [0.4, 0.7],
      [0.6, 0.8],
      [0.8, 0.9],
      [0.9, 0.95],
    ]) {
      const [one, other] = [
        prose.keystrokes.find(({ threshold }) => threshold === asked)!,
        code.keystrokes.find(({ threshold }) => threshold === same)!,
      ];
      expect(one).toEqual({ ...other, threshold: asked });
    }
    expect(code.keystrokes[3]!.saved).toBeGreaterThan(prose.keystrokes[3]!.saved);
    const begun = task.lines.flatMap((lines, t) =>
      lines.map(({ token }) => `${task.texts[t]!.path} ${task.texts[t]!.starts[token]!}`),
    );
    expect(begun.filter((place) => !places.has(place))).toEqual([]);
  });

  it('counts only what was added, in the context of what was not', async () => {
    const { tokenizer, task, model } = sampleTask();
    const [text] = task.texts;
    const cut = text!.starts[100]!;
    const later = heldOutText(tokenizer, 'later', text!.bytes, [{ start: cut, end: text!.bytes.length }]);
    const whole = await score(model(), { ...task, texts: [text!] }, breathe);
    const part = await score(model(), { ...task, texts: [later] }, breathe);
    const reference = model();
    reference.begin();
    let before = 0;
    for (const id of text!.ids.subarray(0, 100)) {
      before -= Math.log2(reference.probability(id));
      reference.learn(id);
    }
    for (const id of text!.ids.subarray(100)) reference.learn(id);
    const end = -Math.log2(reference.probability(tokenizer.endOfText));
    expect(part.bits[0]).toBeCloseTo(whole.bits[0]! - before - end, 8);
    expect(later.countedBytes).toBe(text!.bytes.length - cut);
    expect(part.tokens.tokens).toBe(text!.ids.length - 100);
  });

  it('refuses probabilities that do not add up to 1', async () => {
    const { task, model } = sampleTask();
    class Boastful extends OrderOneModel {
      override probability(token: number): number {
        return Math.min(1, 1.00001 * super.probability(token));
      }
    }
    const { vocabSize } = model();
    const boastful = new Boastful(vocabSize, task.tokenizer.endOfText, []);
    await expect(score(boastful, task, breathe)).rejects.toThrow(/add up to 1/);
  });
});

describe('a frozen model', () => {
  it('gives what supposing the whole document gives, also after something else was supposed, and learns nothing', async () => {
    const { task, model } = sampleTask((texts) =>
      chooseLines(texts, { typedLines: 10, cursorsPerKind: 5 }, 1),
    );
    const original = model();
    const before = original.counts;
    const frozen = await score(new FrozenModel(original), task, breathe);
    original.begin();
    expect(original.counts).toEqual(before);
    const reference = model();
    task.texts.forEach(({ ids }, i) => {
      reference.begin();
      let sum = 0;
      for (const id of [...ids, task.tokenizer.endOfText]) {
        sum -= Math.log2(reference.probability(id));
        reference.suppose(id);
      }
      expect(frozen.bits[i]).toBeCloseTo(sum, 8);
    });
    const dynamic = await score(model(), task, breathe);
    expect(dynamic.bits[0]).toBeLessThan(frozen.bits[0]!);
  });
});

describe('identifiers', () => {
  it('are told apart from keywords, numbers and signs, and a first use from a repetition', () => {
    const bytes = new TextEncoder().encode('const size = size2 + 12;\nreturn this.size(Größe, size2);\n');
    const tokenizer = trainTokenizer([], 260);
    const text = heldOutText(tokenizer, 'a.ts', bytes, null);
    const kinds = identifierTokens(text);
    // Every token is a byte.
    const marked = (kind: string): string =>
      new TextDecoder().decode(bytes.map((byte, i) => (kinds[i] === kind ? byte : 0x20))).replace(/ +/g, ' ');
    expect(marked('first').trim()).toBe('size size2 Größe');
    expect(marked('repeat').trim()).toBe('size size2');
  });
});
