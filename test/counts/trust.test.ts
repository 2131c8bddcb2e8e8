import { describe, expect, it } from 'vitest';
import {
  buildCounts,
  countAndHear,
  countDocuments,
  type LearntTrust,
  tokenFrequencies,
  trustOfUnknown,
} from '../../extension/counts/buildCounts.ts';
import { CountingModel } from '../../extension/counts/countingModel.ts';
import type { SequenceModel } from '../../extension/counts/sequenceModel.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { realCode } from '../engine/tinyModel.ts';

const { module } = compiled('baseline');
const code = realCode().map((bytes) => bytes.subarray(0, 2_000));
const tokenizer = trainTokenizer(code, 400);
const documents = code.map((bytes) => Uint16Array.from([...tokenizer.encode(bytes), tokenizer.endOfText]));
const [judged, training] = [documents.slice(0, 2), documents.slice(2)];
const half = Math.floor(training.length / 2);

/** Knows what follows any three tokens of the documents: whoever hears it does well to believe it. */
class Knowing implements SequenceModel {
  readonly vocabSize = tokenizer.vocabSize;
  readonly #next = new Map<string, number>();
  #last: number[] = [];

  constructor(known: readonly Uint16Array[]) {
    for (const ids of known)
      for (let i = 0; i < ids.length; i++) this.#next.set(ids.slice(Math.max(0, i - 3), i).join(), ids[i]!);
  }

  begin(): void {
    this.#last = [];
  }

  distribution(out: Float64Array): void {
    const next = this.#next.get(this.#last.join());
    out.fill(next === undefined ? 1 / this.vocabSize : 0.1 / (this.vocabSize - 1));
    if (next !== undefined) out[next] = 0.9;
  }

  learn(token: number): void {
    this.#last = [...this.#last.slice(-2), token];
  }

  probability = unasked;
  top = unasked;
  advance = unasked;
  suppose = unasked;
  rewind = unasked;
}

function unasked(): never {
  throw new Error('Only distributions are asked for.');
}

/** Bits of the judged documents. @param outside that is heard; null: nobody is */
function bitsOf(model: CountingModel, outside: Knowing | null): number {
  const said = new Float64Array(model.vocabSize);
  let bits = 0;
  for (const ids of judged) {
    model.begin();
    outside?.begin();
    for (const id of ids) {
      if (outside !== null) {
        outside.distribution(said);
        model.hear(said);
      }
      bits -= Math.log2(model.probability(id));
      model.learn(id);
      outside?.learn(id);
    }
  }
  return bits;
}

const heardBits = (model: CountingModel): number => bitsOf(model, new Knowing(documents));
const aloneBits = (model: CountingModel): number => bitsOf(model, null);

const counting = (trust: LearntTrust): Promise<CountingModel | null> =>
  countDocuments(module, tokenizer, training, trust);
/** Half of the documents are only counted. */
const hearing = (trust: LearntTrust, model: SequenceModel): Promise<CountingModel | null> =>
  countAndHear(module, tokenizer, training.slice(0, half), trust, { model, documents: training.slice(half) });

describe('how far an outside model is trusted', async () => {
  // Of counts that heard nobody.
  const deaf: LearntTrust = {
    frequencies: tokenFrequencies(training, tokenizer.vocabSize),
    trust: (await buildCounts(module, tokenizer, training))!.trust,
  };

  it('is learnt on from documents that are taken out for as long as they are heard, and are all counted then', async () => {
    const before = (await counting(deaf))!;
    const after = (await hearing(deaf, new Knowing(documents)))!;
    expect(heardBits(after)).toBeLessThan(0.95 * heardBits(before));
    // What was counted is what it was: with the trust of the other the same is said, but of what a full place forgets.
    const again = (await counting({ ...deaf, trust: after.trust }))!;
    expect(Math.abs(aloneBits(after) / aloneBits(again) - 1)).toBeLessThan(0.01);
  });

  it('is learnt from documents that the counts do not know: of those that they know, nobody need be heard', async () => {
    const outside = new Knowing(documents);
    const taken = (await hearing(deaf, outside))!;
    const left = await buildCounts(module, tokenizer, training, {
      outside: { model: outside, documents: training },
    });
    expect(heardBits(taken)).toBeLessThan(heardBits(left!));
  });

  it('is learnt from the beginning of a long document, all of which is counted', async () => {
    let asked = 0;
    class Slow extends Knowing {
      override distribution(out: Float64Array): void {
        asked++;
        super.distribution(out);
      }
    }
    const text = judged.flatMap((ids) => [...ids]);
    // What it is judged by stands in its last tokens alone.
    const long = Uint16Array.from([...Array.from({ length: 45_000 }, (_, i) => i % 200), ...text]);
    const outside = { model: new Slow([]), documents: [long] };
    const counts = (await buildCounts(module, tokenizer, training, { outside }))!;
    expect(asked).toBe(40_000);
    const all = [...training, long];
    const frequencies = tokenFrequencies(all, tokenizer.vocabSize);
    const learnt = { frequencies, trust: counts.trust };
    const again = (await countDocuments(module, tokenizer, all, learnt))!;
    expect(Math.abs(aloneBits(counts) / aloneBits(again) - 1)).toBeLessThan(0.01);
  });

  it('is the same for the same documents', async () => {
    const [one, other] = [
      (await hearing(deaf, new Knowing(documents)))!,
      (await hearing(deaf, new Knowing(documents)))!,
    ];
    expect(heardBits(one)).toBe(heardBits(other));
  });

  it('is learnt from every document of every workspace, not from the first of them', async () => {
    const outside = new Knowing(documents);
    const [first, ...others] = training as [Uint16Array, ...Uint16Array[]];
    const learnt = (workspaces: readonly (readonly Uint16Array[])[]): Promise<CountingModel | null> =>
      counting({
        ...trustOfUnknown(module, tokenizer, workspaces, outside, () => {}),
        frequencies: deaf.frequencies,
      });
    // Which workspace comes first is for who learns to say.
    for (const inOrder of [
      (one: Uint16Array[], other: Uint16Array[]) => [one, other],
      (one: Uint16Array[], other: Uint16Array[]) => [other, one],
    ]) {
      const few = (await learnt(inOrder([first], others.slice(-1))))!;
      const many = (await learnt(inOrder([first], others)))!;
      expect(heardBits(many)).toBeLessThan(0.9 * heardBits(few));
    }
  });
});
