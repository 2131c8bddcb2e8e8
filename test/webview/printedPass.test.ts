import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../extension/engine/config.ts';
import { Essay } from '../../extension/inspection/essay.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Run } from '../../extension/inspection/subject.ts';
import { wholePass } from '../../extension/inspection/wholePass.ts';
import type { WholePass } from '../../extension/protocol/wholePass.ts';
import { english } from '../../extension/webview/phrases/english.ts';
import { printedPass } from '../../extension/webview/printedPass.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';

/** Numbers as they are printed, and how far at most the number behind each is away. */
interface Printed {
  readonly rows: readonly (readonly number[])[];
  readonly radius: number;
}

/** All tables of a page, from its text alone. */
function tablesOf(html: string): Map<string, Printed> {
  const tables = new Map<string, Printed>();
  for (const [, id, body] of html.matchAll(/<table data-table="([^"]+)">(.*?)<\/table>/gs)) {
    const texts = [...body!.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
      [...row!.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell!.replace('−', '-').replaceAll(',', '')),
    );
    const decimals = Math.max(...texts.flat().map((text) => (text.split('.')[1] ?? '').length));
    tables.set(id!, { rows: texts.map((row) => row.map(Number)), radius: 0.5 * 10 ** -decimals });
  }
  return tables;
}

/** Of float32 sums, beside the rounding of what is printed. */
const float32 = 1e-5;

class Redone {
  readonly #tables: Map<string, Printed>;
  compared = 0;

  constructor(html: string) {
    this.#tables = tablesOf(html);
  }

  table(id: string): Printed {
    const found = this.#tables.get(id);
    if (found === undefined) throw new Error(`no table ${id}`);
    return found;
  }

  near(value: number, printed: number, bound: number): void {
    this.compared++;
    expect(Math.abs(value - printed), `${value} against ${printed}`).toBeLessThanOrEqual(bound + float32);
  }

  /** Each row of `of` times each row of `by`, plus the same of `plus`. */
  product(of: Printed, by: Printed, result: Printed, plus: Printed | null = null): void {
    result.rows.forEach((row, r) =>
      row.forEach((printed, c) => {
        const [a, w] = [of.rows.at(r - result.rows.length)!, by.rows[c]!];
        const added = plus?.rows.at(r - result.rows.length)![c] ?? 0;
        const sum = a.reduce((total, x, i) => total + x * w[i]!, added);
        const spread = a.reduce(
          (total, x, i) =>
            total + Math.abs(x) * by.radius + Math.abs(w[i]!) * of.radius + of.radius * by.radius,
          plus?.radius ?? 0,
        );
        this.near(sum, printed, spread + result.radius);
      }),
    );
  }

  norm(of: Printed, weight: Printed, epsilon: number, result: Printed): void {
    result.rows.forEach((row, r) => {
      const x = of.rows.at(r - result.rows.length)!;
      const root = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + epsilon);
      const least = root - of.radius;
      row.forEach((printed, i) => {
        const [a, w] = [Math.abs(x[i]!), Math.abs(weight.rows[0]![i]!)];
        const factors = (a * weight.radius + w * of.radius + of.radius * weight.radius) / least;
        this.near(
          (x[i]! / root) * weight.rows[0]![i]!,
          printed,
          factors + (a * w * of.radius) / (least * root) + result.radius,
        );
      });
    });
  }
}

/** Does a whole pass of one layer again, from the digits on the page. */
function redo(html: string, { heads, epsilon }: WholePass): number {
  const page = new Redone(html);
  const weight = (name: string): Printed => page.table(`model.layers.0.${name}.weight`);
  const step = (name: string, layer = '0'): Printed => page.table(`${name}-${layer}`);
  const stacked = (...parts: readonly Printed[]): Printed => ({
    rows: parts.flatMap(({ rows }) => rows),
    radius: Math.max(...parts.map(({ radius }) => radius)),
  });
  page.norm(step('embedding', ''), weight('input_layernorm'), epsilon, step('inputNorm'));
  const qkv = stacked(weight('self_attn.q_proj'), weight('self_attn.k_proj'), weight('self_attn.v_proj'));
  page.product(step('inputNorm'), qkv, step('queryKeyValue'));
  const [before, rotated] = [step('queryKeyValue'), step('rotation')];
  const size = rotated.rows[0]!.length / 3;
  const dim = size / heads;
  const [cos, sin] = [page.table('cos'), page.table('sin')];
  rotated.rows.forEach((row, token) => {
    for (let at = 0; at < 2 * size; at++) {
      const pair = at % dim;
      const isFirst = pair < dim / 2;
      const [x, y] = [before.rows[token]![at]!, before.rows[token]![isFirst ? at + dim / 2 : at - dim / 2]!];
      const [c, s] = [cos.rows[token]![pair % (dim / 2)]!, sin.rows[token]![pair % (dim / 2)]!];
      const spread = (Math.abs(x) + Math.abs(y)) * cos.radius + 2 * (1 + cos.radius) * before.radius;
      page.near(x * c + (isFirst ? -y * s : y * s), row[at]!, spread + rotated.radius);
    }
    for (let at = 2 * size; at < 3 * size; at++) expect(row[at]).toBe(before.rows[token]![at]);
  });
  const [shares, attention] = [step('shares'), step('attention')];
  const last = rotated.rows.at(-1)!;
  shares.rows.forEach((row, head) => {
    const partOf = (numbers: readonly number[], part: number): readonly number[] =>
      numbers.slice(part * size + head * dim, part * size + (head + 1) * dim);
    const query = partOf(last, 0);
    const scores = rotated.rows.map((other) => {
      const key = partOf(other, 1);
      const product = query.reduce((sum, q, i) => sum + q * key[i]!, 0);
      const spread = query.reduce((sum, q, i) => sum + (Math.abs(q) + Math.abs(key[i]!)) * rotated.radius, 0);
      return {
        score: product / Math.sqrt(dim),
        spread: (spread + dim * rotated.radius ** 2) / Math.sqrt(dim),
      };
    });
    const total = scores.reduce((sum, { score }) => sum + Math.exp(score), 0);
    const most = Math.max(...scores.map(({ spread }) => spread));
    row.forEach((printed, other) => {
      const share = Math.exp(scores[other]!.score) / total;
      page.near(share, printed, share * Math.expm1(2 * most) + shares.radius);
    });
    for (let i = 0; i < dim; i++) {
      const values = rotated.rows.map((other) => partOf(other, 2)[i]!);
      const spread = values.reduce(
        (sum, v, other) => sum + Math.abs(v) * shares.radius + (row[other]! + shares.radius) * rotated.radius,
        0,
      );
      const sum = values.reduce((total, v, other) => total + v * row[other]!, 0);
      page.near(sum, attention.rows[0]![head * dim + i]!, spread + attention.radius);
    }
  });
  page.product(attention, weight('self_attn.o_proj'), step('middle'), step('embedding', ''));
  page.norm(step('middle'), weight('post_attention_layernorm'), epsilon, step('middleNorm'));
  page.product(step('middleNorm'), weight('mlp.up_proj'), step('up'));
  const [up, activated] = [step('up'), step('activated')];
  up.rows[0]!.forEach((x, i) =>
    page.near(
      Math.max(0, x) ** 2,
      activated.rows[0]![i]!,
      2 * Math.abs(x) * up.radius + up.radius ** 2 + activated.radius,
    ),
  );
  page.product(activated, weight('mlp.down_proj'), step('output'), step('middle'));
  page.norm(step('output'), page.table('model.norm.weight'), epsilon, step('finalNorm', ''));
  const vocabulary = page.table('model.embed_tokens.weight');
  const logits = step('logits', '');
  page.product(step('finalNorm', ''), vocabulary, logits);
  const probabilities = page.table('probabilities');
  const sum = logits.rows[0]!.reduce((total, z) => total + Math.exp(z), 0);
  logits.rows[0]!.forEach((z, id) => {
    const p = Math.exp(z) / sum;
    page.near(p, probabilities.rows[id]![0]!, p * Math.expm1(2 * logits.radius) + probabilities.radius);
  });
  return page.compared;
}

const kernels = compiled('relaxed');
const filled = { isBlank: false, phrases: english, nameOf: (bytes: string): string => bytes };

describe('a whole pass on paper', () => {
  it('of the essay’s example, is redone from its digits alone, before and after lessons', () => {
    const essay = new Essay(kernels, 3);
    for (const steps of [0, 40]) {
      if (steps > 0) essay.step(steps, 0.2);
      const pass = wholePass(essay.run, 12, 0.2)!;
      const html = printedPass(pass, filled);
      expect(redo(html, pass)).toBeGreaterThan(400);
      const { next, loss, probabilities } = pass;
      expect(Math.abs(-Math.log(probabilities[next!.id]!) - loss!)).toBeLessThan(1e-5);
      expect(html).toContain(`−ln p(${next!.bytes}) = ${loss!.toFixed(4)}`);
    }
  });

  it('of the preset pencil, fits on a few pages, is redone likewise, and its gradients lead down', () => {
    const config = presetConfig('pencil', 288);
    const model = new RecordedModel(kernels, config, randomTensors(config, 5));
    const bytesOf = (id: number): string => (id < 256 ? String.fromCharCode(id) : `t${id}`);
    const run: Run = { subject: { model, bytesOf }, ids: [40, 41, 99, 3, 200, 17, 8, 90] };
    const pass = wholePass(run, 6, 0.1)!;
    const html = printedPass(pass, filled);
    expect(redo(html, pass)).toBeGreaterThan(700);
    // 7-point type: about 90 lines of 150 characters a page.
    const text = html.replaceAll(/<\/t[dh]>/g, ' ').replaceAll(/<[^>]*>/g, '');
    expect(text.length / (90 * 150)).toBeLessThan(6);
    const slope = pass.gradients.reduce((sum, { values }) => sum + values.reduce((s, g) => s + g * g, 0), 0);
    const rate = 1e-3 / Math.sqrt(slope);
    const lower = new Map(
      [...model.weights].map(([name, values]) => {
        const { values: gradient } = pass.gradients.find((other) => other.name === name)!;
        return [name, values.map((w, i) => w - rate * gradient[i]!)] as const;
      }),
    );
    const after = new RecordedModel(kernels, config, lower);
    const less = pass.loss! - wholePass({ ...run, subject: { model: after, bytesOf } }, 6, 0.1)!.loss!;
    // To first order rate · Σ g²; float32 losses are good to a few millionths.
    expect(Math.abs(less - rate * slope)).toBeLessThan(0.1 * rate * slope + 1e-5);
  });

  it('left blank has what is given and nothing that is to be computed', () => {
    const essay = new Essay(kernels, 3);
    const tables = tablesOf(printedPass(wholePass(essay.run, 4, 0.2)!, { ...filled, isBlank: true }));
    const whole = tablesOf(printedPass(wholePass(essay.run, 4, 0.2)!, filled));
    for (const given of ['embedding-', 'model.embed_tokens.weight', 'cos'])
      expect(tables.get(given)).toEqual(whole.get(given));
    for (const computed of ['inputNorm-0', 'shares-0', 'logits-', 'probabilities'])
      expect(
        tables
          .get(computed)!
          .rows.flat()
          .every((cell) => cell === 0),
      ).toBe(true);
  });

  it('is none of a model that is larger, and has no loss where the text ends', () => {
    const config = presetConfig('small', 2_048);
    const model = new RecordedModel(kernels, config, randomTensors(config, 1));
    expect(wholePass({ subject: { model, bytesOf: String }, ids: [1, 2] }, 0, 0.1)).toBeNull();
    const essay = new Essay(kernels, 3);
    const pass = wholePass(essay.run, essay.run.ids.length - 1, 0.2)!;
    expect(pass).toMatchObject({ next: null, loss: null, gradients: [] });
    expect(printedPass(pass, filled)).not.toContain('−ln p(');
  });
});
