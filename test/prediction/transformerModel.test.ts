import { describe, expect, it } from 'vitest';
import { completeLine } from '../../extension/completion/line.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { Random } from '../../extension/engine/random.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { LineGenerator } from '../../extension/evaluation/lineGenerator.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import { agrees } from '../../extension/tokenizer/healing.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, realCode } from '../engine/tinyModel.ts';

const code = realCode();
const tokenizer = trainTokenizer(code, 300);
const config = { ...presetConfig('pencil', tokenizer.vocabSize), maxPositionEmbeddings: 16 };
const tensors = randomTensors(config, 1);
const decoder = (): Decoder => new Decoder(compiled('baseline'), config, tensors, 'f32');
const model = (): TransformerModel => new TransformerModel(decoder(), tokenizer.endOfText);
const ids = [...tokenizer.encode(code[0]!.subarray(0, 1_000))];

describe('the transformer as a model of a document', () => {
  it('predicts each token, and how likely it asks, from at least half a context before it, from all of a document that fits', () => {
    const ours = model();
    const reference = decoder();
    const document = [tokenizer.endOfText, ...ids];
    for (let at = 1; at < document.length; at++) {
      // The last window that holds the token: windows begin at every eighth token.
      const start = Math.max(0, (Math.ceil(at / 8) - 2) * 8);
      const logits = reference.next(document.slice(start, at))!;
      const asks = softmax(logits)[tokenizer.endOfText + 1]!;
      // A text has no messages in it.
      const expected = softmax(logits.fill(-Infinity, tokenizer.endOfText + 1));
      expect(ours.asks).toBe(asks);
      const out = new Float64Array(tokenizer.vocabSize);
      ours.distribution(out);
      out.forEach((p, id) => expect(Math.abs(p - expected[id]!)).toBeLessThanOrEqual(1e-9));
      expect(ours.probability(document[at]!)).toBe(out[document[at]!]);
      ours.learn(document[at]!);
    }
    expect(document.length).toBeGreaterThan(100);
  });

  it('has the same bits after anything was supposed and taken back, and adds up to 1', () => {
    const [plain, disturbed] = [model(), model()];
    const random = new Random(3);
    const [one, other] = [new Float64Array(tokenizer.vocabSize), new Float64Array(tokenizer.vocabSize)];
    for (const id of ids.slice(0, 100)) {
      for (let i = random.below(20); i > 0; i--) {
        disturbed.suppose(random.below(tokenizer.vocabSize));
        if (random.below(3) === 0) disturbed.top(3);
      }
      disturbed.rewind();
      plain.distribution(one);
      disturbed.distribution(other);
      expect(other).toEqual(one);
      expect(Math.abs(one.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12);
      const { ids: top, probabilities } = plain.top(5);
      const sorted = [...one].sort((a, b) => b - a);
      expect(probabilities).toEqual(sorted.slice(0, 5));
      expect(top.map((token) => one[token])).toEqual(probabilities);
      plain.learn(id);
      disturbed.learn(id);
    }
    plain.begin();
    const fresh = model();
    plain.distribution(one);
    fresh.distribution(other);
    expect(one).toEqual(other);
  });

  it('fills the cache anew once in half a context where a few tokens are supposed at each place, and not at many places', () => {
    const half = config.maxPositionEmbeddings / 2;
    const supposed = half / 2;
    const timesFilled = (ahead: number): number => {
      const counting = new RowCountingDecoder(compiled('baseline'), config, tensors, 'f32');
      const ours = new TransformerModel(counting, tokenizer.endOfText, ahead);
      return ids.slice(0, 100).filter((id) => {
        const before = counting.rows;
        ours.probability(id);
        for (let i = 1; i <= supposed; i++) {
          ours.suppose(i);
          ours.probability(id);
        }
        ours.learn(id);
        // The place's own row, and one for each that is supposed; what was supposed last time is computed anew.
        return counting.rows - before > 2 + supposed;
      }).length;
    };
    expect(timesFilled(supposed)).toBeLessThanOrEqual(100 / half);
    expect(timesFilled(0)).toBeGreaterThan((100 / half) * 2);
  });

  it('is prepared in blocks that can be cancelled between, and none is computed twice', () => {
    const wide = { ...config, maxPositionEmbeddings: 512 };
    const counting = new RowCountingDecoder(compiled('baseline'), wide, randomTensors(wide, 1), 'f32');
    const ours = new TransformerModel(counting, tokenizer.endOfText);
    const text = [...tokenizer.encode(code[0]!)].slice(0, 300);
    for (const id of text) ours.learn(id);
    let asked = 0;
    for (let done = false; !done; asked++) {
      let polls = 0;
      done = ours.prepare(() => polls++ > 0);
    }
    // 301 tokens, 64 at once.
    expect([asked, counting.blocks]).toEqual([5, 5]);
    expect(ours.prepare(() => true)).toBe(true);
    ours.top(1);
    expect(counting.blocks).toBe(5);
  });
});

/** Counts what is computed. */
class RowCountingDecoder extends Decoder {
  rows = 0;
  blocks = 0;

  override next(given: readonly number[], cancelled: () => boolean = () => false): Float32Array | null {
    const known = Math.min(this.cachedLength(given), given.length - 1);
    const logits = super.next(given, () => {
      if (cancelled()) return true;
      this.blocks++;
      return false;
    });
    this.rows += (logits === null ? this.cachedLength(given) : given.length) - known;
    return logits;
  }
}

describe('the tokens that agree with what is typed', () => {
  it('are those that completions allow, and the likeliest of them is found with its share', () => {
    const agreeing = new AgreeingTokens(tokenizer);
    const ours = model();
    const random = new Random(5);
    const out = new Float64Array(tokenizer.vocabSize);
    const text = code[1]!;
    for (let round = 0; round < 60; round++) {
      const start = random.below(text.length - 8);
      const typed = text.subarray(start, start + 1 + random.below(6));
      const all = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
      const allowed = all.filter((id) => agrees(tokenizer, id, typed));
      expect(agreeing.agreeing(typed).sort((a, b) => a - b)).toEqual(allowed);
      ours.learn(ids[round]!);
      ours.distribution(out);
      const total = allowed.reduce((sum, id) => sum + out[id]!, 0);
      const most = Math.max(...allowed.map((id) => out[id]!));
      const choice = agreeing.ranked(ours, typed, 1)[0]!;
      expect(out[choice.id]).toBe(most);
      expect(choice.probability).toBeCloseTo(most / total, 12);
    }
  });
});

describe('the generated rest of a line', () => {
  it('is what a completion shows, with its probability', () => {
    const ours = model();
    const completions = decoder();
    const generator = new LineGenerator(ours, tokenizer, new AgreeingTokens(tokenizer));
    const options = { leastProbability: 0, maxTokens: 8, maxMilliseconds: 60_000 };
    // From the beginning of a text, so that both see the same tokens; short, so that all fit into the context.
    const words = ['x', 'ex', 'fun', 'impo', 'typ', 'conso', 'tokeni', 'retu', 'nul', 'thi'];
    const beginnings = [...words, 'if (', 'for (c', 'a.', 'return', 'let n = '];
    for (const typed of beginnings) {
      const completion = completeLine(completions, tokenizer, typed, options, () => false);
      ours.begin();
      const line = generator.rest(new TextEncoder().encode(typed), 0);
      const shown = new TextDecoder().decode(line.bytes.subarray(0, line.ends[completion.tokens.length - 1]));
      if (completion.text !== '') {
        expect(shown.startsWith(completion.text), `${typed}: ${shown}, ${completion.text}`).toBe(true);
      }
      if (completion.tokens.length > 0 && completion.probability > 0) {
        expect(line.probabilities[completion.tokens.length - 1]).toBeCloseTo(completion.probability, 5);
      }
    }
  });
});
