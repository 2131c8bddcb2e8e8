import { describe, expect, it } from 'vitest';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { whyOf, withoutTokens } from '../../extension/inspection/why.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const config = { ...presetConfig('small', 120), maxPositionEmbeddings: 64 };
const tensors = randomTensors(config, 2);
const ids = [...randomIntegers(uniform(8), 50, 0, 119)];
/** Every tenth token ends a line; one line has nothing but spaces. */
const bytesOf = (id: number): string => (id % 10 === 3 ? ';\n' : id === 40 ? '  \n' : `t${id}`);
const run = {
  subject: { model: new RecordedModel(compiled('baseline'), config, tensors), bytesOf },
  ids,
};

describe('why a token', () => {
  it.each([null, 7, 100])('of id %j: each line’s effect is an independent run without it', (token) => {
    const position = 45;
    run.subject.model.run(ids);
    const { lines, token: asked, probability } = whyOf(run, { kind: 'why', position, token });
    const independent = (kept: readonly number[]): number => {
      const decoder = new Decoder(compiled('baseline'), config, tensors, 'f32');
      return softmax(decoder.next(kept)!)[asked.id]!;
    };
    expect(lines.length).toBeGreaterThan(2);
    expect(Math.abs(independent(ids.slice(0, position + 1)) - probability)).toBeLessThanOrEqual(1e-6);
    for (const { from, to } of lines) {
      expect(bytesOf(ids[to - 1]!)).toContain('\n');
      const without = [...ids.slice(0, from), ...ids.slice(to, position + 1)];
      const said = withoutTokens(run, { kind: 'without', position, token: asked.id, from, to });
      expect(Math.abs(independent(without) - said)).toBeLessThanOrEqual(1e-6);
    }
  });

  it('the strongest lines are tried first, by gradient × input, whose gradient is the one that the weights’ gradient is made of', () => {
    const { model } = run.subject;
    const before = ids.slice(0, 46);
    // An id that comes once, and is not what is asked about: its vector gets a gradient there and at the scores.
    const at = before.findIndex((id, i) => i > 5 && before.indexOf(id) === i && before.lastIndexOf(id) === i);
    const id = before[at]!;
    const target = 7;
    expect(id).not.toBe(target);
    model.run(before);
    const norm = model.finalNorm(45);
    const p = softmax(model.logits(45))[id]!;
    const targets = before.map((_, i) => (i === 45 ? target : -1));
    model.differentiate(before, targets);
    const { hiddenSize: h } = config;
    const whole = model.gradient('model.embed_tokens.weight').slice(id * h, (id + 1) * h);
    const input = model.inputGradients(before, target).slice(at * h, (at + 1) * h);
    const largest = Math.max(...whole.map(Math.abs));
    whole.forEach((value, i) => {
      expect(Math.abs(input[i]! + p * norm[i]! - value)).toBeLessThanOrEqual(1e-5 * largest);
    });
    const { lines, untried } = whyOf(run, { kind: 'why', position: 45, token: target });
    expect(untried).toBe(0);
    const sizes = lines.map(({ preview }) => Math.abs(preview));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes.at(-1)).toBeGreaterThan(0);
  });

  it('the parts of a score total it within 1e-4, and shares are a mean that adds up to at most 1', () => {
    run.subject.model.run(ids);
    const { parts, logit, looked } = whyOf(run, { kind: 'why', position: 30, token: null });
    expect(parts).toHaveLength(1 + config.numHiddenLayers * (config.numAttentionHeads + 1));
    const total = parts.reduce((sum, part) => sum + part.logit, 0);
    expect(Math.abs(total - logit)).toBeLessThanOrEqual(1e-4);
    expect(looked.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);
  });
});
