import { beforeAll, describe, expect, it } from 'vitest';
import { completeLine } from '../../extension/completion/line.ts';
import { windowAround } from '../../extension/completion/window.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { Random } from '../../extension/engine/random.ts';
import { distribution, sample } from '../../extension/engine/sampler.ts';
import { drawOf } from '../../extension/inspection/choice.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import { withoutTokens } from '../../extension/inspection/why.ts';
import type { RunQuestion, StageAnswers, StageQuestion } from '../../extension/protocol/stages.ts';
import { latin1 } from '../../extension/tokenizer/latin1.ts';
import { trainTokenizer } from '../../extension/tokenizer/trainTokenizer.ts';
import { scoresOf } from '../../extension/webview/stages/scoreLines.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, realCode } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

/** As the design's acceptance points have it: probabilities and totals. */
const tolerance = 1e-6;

type Asked = Exclude<RunQuestion, { kind: 'merges' | 'firingLines' | 'explain' | 'call' }>;

function ask<Kind extends Asked['kind']>(
  run: Run,
  question: Extract<StageQuestion, { kind: Kind }>,
): StageAnswers[Kind] {
  return answerStage(run, question as Asked).answer as StageAnswers[Kind];
}

/** Another softmax than the program's: the sum is compensated, nothing is divided by it but logarithms are taken. */
function independentSoftmax(logits: Float32Array, temperature: number): Float64Array {
  let most = -Infinity;
  for (const logit of logits) most = Math.max(most, logit / temperature);
  let [sum, lost] = [0, 0];
  for (const logit of logits) {
    const term = Math.exp(logit / temperature - most) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  const logOfSum = most + Math.log(sum);
  return Float64Array.from(logits, (logit) => Math.exp(logit / temperature - logOfSum));
}

/** A generator whose next number is known. */
class Fixed extends Random {
  readonly #number: number;

  constructor(number: number) {
    super(0);
    this.#number = number;
  }

  override uniform(): number {
    return this.#number;
  }
}

function randomRun(config: RecordedModel['config'], tokens: number, seed: number): Run {
  const model = new RecordedModel(compiled('baseline'), config, randomTensors(config, seed));
  const ids = [...randomIntegers(uniform(seed), tokens, 0, config.vocabSize - 1)];
  return { subject: { model, bytesOf: (id) => (id % 10 === 3 ? ';\n' : ` t${id}`) }, ids };
}

describe('1: probabilities, at 1,000 positions and four temperatures', () => {
  const config = { ...presetConfig('small', 2_048), maxPositionEmbeddings: 500 };
  const positions = Array.from({ length: 500 }, (_, i) => i);
  let answers: Pick<StageAnswers['scores'], 'logits' | 'named'>[];
  beforeAll(() => {
    answers = [1, 2].flatMap((seed) => {
      const run = randomRun(config, 500, seed);
      return positions.map((position) => ask(run, { kind: 'scores', position }));
    });
  });

  it.each([0.1, 0.7, 1, 2])(
    'T = %d: what is shown totals 1, is an independent softmax’s, and is what the sampler draws by',
    (temperature) => {
      let [offTotal, offFiltered, off, drawn] = [0, 0, 0, 0];
      answers.forEach((answer, i) => {
        const logits = new Float32Array(answer.logits);
        // Without a filter, the whole vocabulary is sorted for a draw: not at every position.
        const topK = i % 50 === 0 ? 0 : 40;
        const { lines, others } = scoresOf(answer, { temperature, topK, topP: 0.95 });
        const independent = independentSoftmax(logits, temperature);
        let [total, filtered] = [others.probability, others.filtered];
        for (const line of lines) {
          total += line.probability;
          filtered += line.filtered;
          off = Math.max(off, Math.abs(line.probability - independent[line.id]!));
        }
        offTotal = Math.max(offTotal, Math.abs(total - 1));
        offFiltered = Math.max(offFiltered, Math.abs(filtered - 1));
        drawn += checkDraws(logits, { temperature, topP: 0.95, ...(topK === 0 ? {} : { topK }) }, lines);
      });
      expect(answers).toHaveLength(1_000);
      expect(offTotal).toBeLessThanOrEqual(tolerance);
      expect(offFiltered).toBeLessThanOrEqual(tolerance);
      expect(off).toBeLessThanOrEqual(tolerance);
      // When it is cold, one token has nearly all of the ruler.
      expect(drawn).toBeGreaterThan(300);
    },
  );

  /** The filtered column is what is drawn by: at 10⁻⁶ before the end of a row's piece it is drawn, at 10⁻⁶ behind it another one is. */
  function checkDraws(
    logits: Float32Array,
    options: Parameters<typeof sample>[1],
    lines: readonly { readonly id: number; readonly filtered: number }[],
  ): number {
    let [end, checked] = [0, 0];
    for (const { id, filtered } of lines.slice(0, 2)) {
      end += filtered;
      if (filtered < 3 * tolerance || end > 1 - 2 * tolerance) continue;
      expect(sample(logits, options, new Fixed(end - tolerance))).toBe(id);
      expect(sample(logits, options, new Fixed(end + tolerance))).not.toBe(id);
      checked += 1;
    }
    return checked;
  }

  it('the first answer of a place, before any stage has asked, says the same', () => {
    for (const { logits: buffer } of answers.filter((_, i) => i % 10 === 0)) {
      const logits = new Float32Array(buffer);
      const { top, others } = distribution(logits, 20, null, () => '');
      const independent = independentSoftmax(logits, 1);
      const total = top.reduce((sum, { probability }) => sum + probability, others.probability);
      expect(Math.abs(total - 1)).toBeLessThanOrEqual(tolerance);
      const off = top.map(({ id, probability }) => Math.abs(probability - independent[id]!));
      expect(Math.max(...off)).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('2: attention, every row of every head', () => {
  const config = { ...presetConfig('small', 120), maxPositionEmbeddings: 48 };
  const run = randomRun(config, 40, 3);
  const { numHiddenLayers: layers, numAttentionHeads: heads, hiddenSize } = config;
  const dim = hiddenSize / heads;
  const places = Array.from({ length: layers * heads }, (_, i) => ({
    layer: Math.floor(i / heads),
    head: i % heads,
  }));

  it.each(places)(
    'layer $layer, head $head: shares total 1, are softmax(QKᵀ ÷ √d) of Q and K as shown, and the picture has them',
    ({ layer, head }) => {
      // Keys and values of all tokens, as the stage shows them.
      const keys: number[][] = [];
      const values: number[][] = [];
      run.ids.forEach((_, other) => {
        const place = { layer, head, position: run.ids.length - 1, other };
        const { rotatedKey, value } = ask(run, { kind: 'attention', ...place });
        keys.push([...rotatedKey]);
        values.push([...value]);
      });
      run.ids.forEach((_, position) => {
        const answer = ask(run, { kind: 'attention', layer, head, position, other: null });
        const { weights, rotatedQuery, tokens } = answer;
        expect(weights).toHaveLength(position + 1);
        expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThanOrEqual(tolerance);
        const scores = keys
          .slice(0, position + 1)
          .map((key) => key.reduce((sum, value, i) => sum + value * rotatedQuery[i]!, 0) / Math.sqrt(dim));
        const independent = independentSoftmax(Float32Array.from(scores), 1);
        const picture = new Uint8Array(answer.picture).subarray(position * tokens, (position + 1) * tokens);
        expect(Math.max(0, ...picture.slice(position + 1)), 'nothing looks ahead').toBe(0);
        weights.forEach((weight, other) => {
          expect(Math.abs(weight - independent[other]!)).toBeLessThanOrEqual(1e-5);
          expect(Math.abs(picture[other]! / 255 - weight)).toBeLessThanOrEqual(1 / 255);
        });
        // And they are what the engine itself mixed the values by.
        const { context } = ask(run, { kind: 'mix', layer, head, position });
        const largest = Math.max(...values.flat().map(Math.abs));
        context.forEach((value, i) => {
          const sum = weights.reduce((sum, weight, other) => sum + weight * values[other]![i]!, 0);
          expect(Math.abs(value - sum)).toBeLessThanOrEqual(1e-5 * largest);
        });
      });
    },
  );
});

describe('9: the same seed, checkpoint and text draw the same token', () => {
  const source = realCode()[0]!;
  const tokenizer = trainTokenizer([source], 400);
  const config = { ...presetConfig('small', tokenizer.vocabSize), maxPositionEmbeddings: 128 };
  const tensors = randomTensors(config, 5);
  const bytesOf = (id: number): string => latin1(tokenizer.tokenBytes(id));
  const code = new TextDecoder().decode(source);
  /** Where a line begins no word is taken back to be chosen again: the place is the same for both. */
  const beginnings = [...code.matchAll(/\n/g)].slice(0, 10).map(({ index }) => code.slice(0, index + 1));
  const sampling = { temperature: 0.9, topK: 20, topP: 0.95 };

  function inspected(text: string, seed: number, model: RecordedModel): number {
    const bytes = new TextEncoder().encode(text);
    const { ids, cursor } = windowAround(tokenizer, bytes, new Uint8Array(), 115, 0);
    const run = { subject: { model, bytesOf }, ids };
    return drawOf(run, { position: cursor - 1, seed, ...sampling }).drawn.id;
  }

  it('100 of 100 times, for an engine that was started anew, too, and in the real path of completions', () => {
    const newModel = (): RecordedModel => new RecordedModel(compiled('baseline'), config, tensors);
    const [one, other] = [newModel(), newModel()];
    const decoder = new Decoder(compiled('baseline'), config, tensors, 'f32');
    const seeds = new Set<number>();
    let shown = 0;
    for (let seed = 0; seed < 100; seed++) {
      const text = beginnings[seed % beginnings.length]!;
      const drawn = inspected(text, seed, one);
      expect(inspected(text, seed, other)).toBe(drawn);
      expect(inspected(text, seed, one)).toBe(drawn);
      seeds.add(drawn);
      const options = {
        leastProbability: 0,
        maxTokens: 12,
        maxMilliseconds: 60_000,
        sampling: { ...sampling, seed },
      };
      const { tokens } = completeLine(decoder, tokenizer, text, options, () => false);
      // A completion is one line: a token that ends it is drawn and not shown.
      if (/^[\r\n]/.test(bytesOf(drawn)) || bytesOf(drawn) === '') expect(tokens).toEqual([]);
      else {
        expect(tokens[0]!.id).toBe(drawn);
        shown += 1;
      }
    }
    expect(shown).toBeGreaterThan(80);
    expect(seeds.size, 'and other seeds draw others').toBeGreaterThan(10);
  });
});

describe('10: honesty', () => {
  const config = { ...presetConfig('small', 120), maxPositionEmbeddings: 64 };
  const tensors = randomTensors(config, 2);
  const run = randomRun(config, 60, 2);
  const decoderOf = (weights: typeof tensors): Decoder =>
    new Decoder(compiled('baseline'), config, weights, 'f32');

  it('a line’s effect is that of an independent run without it, at every place of a text', () => {
    let lines = 0;
    for (const position of [20, 31, 44, 59]) {
      const why = ask(run, { kind: 'why', position, token: null });
      for (const { from, to } of why.lines) {
        const fresh = randomRun(config, 60, 2).subject.model;
        const kept = [...run.ids.slice(0, from), ...run.ids.slice(to, position + 1)];
        fresh.run(kept);
        const independent = independentSoftmax(fresh.logits(kept.length - 1), 1)[why.token.id]!;
        const said = withoutTokens(run, { kind: 'without', position, token: why.token.id, from, to });
        expect(Math.abs(said - independent)).toBeLessThanOrEqual(tolerance);
        lines += 1;
      }
    }
    expect(lines).toBeGreaterThan(6);
  });

  it('the parts of a score total it, for the likeliest and any other token, at every place', () => {
    run.ids.forEach((_, position) => {
      for (const token of [null, position]) {
        const { parts, logit } = ask(run, { kind: 'why', position, token });
        const total = parts.reduce((sum, part) => sum + part.logit, 0);
        expect(Math.abs(total - logit)).toBeLessThanOrEqual(1e-4);
      }
    });
  });

  it('a neuron that is silenced is the engine with its weights zeroed', () => {
    for (const [layer, neuron] of [
      [0, 3],
      [0, 40],
      [1, 7],
      [1, 100],
    ] as const) {
      const position = 59;
      const { topSilenced } = ask(run, { kind: 'neurons', layer, position, silenced: neuron });
      const name = `model.layers.${layer}.mlp.down_proj.weight`;
      const zeroed = tensors.get(name)!.slice();
      for (let row = 0; row < config.hiddenSize; row++) zeroed[row * config.intermediateSize + neuron] = 0;
      const silent = decoderOf(new Map([...tensors, [name, zeroed]]));
      const independent = independentSoftmax(silent.next(run.ids)!, 1);
      for (const { id, probability } of topSilenced!) {
        // Two engines in float32.
        expect(Math.abs(probability - independent[id]!)).toBeLessThanOrEqual(1e-5);
      }
    }
    // Not all of them are silent anyway.
    const { top, topSilenced } = ask(run, { kind: 'neurons', layer: 1, position: 59, silenced: 7 });
    expect(topSilenced!.map(({ probability }) => probability)).not.toEqual(
      top.map((each) => each.probability),
    );
  });
});
