import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Compressor } from '../../extension/evaluation/compressors.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { type Base, evaluate, type EvaluationOptions } from '../../extension/evaluation/evaluate.ts';
import {
  type Material,
  type PredictorFactory,
  predictors,
  type TrainedTransformer,
} from '../../extension/evaluation/predictors.ts';
import { splitByFiles } from '../../extension/evaluation/split.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { TrainingRequest } from '../../extension/protocol/training.ts';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { train } from '../../extension/training/trainer.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { OrderOneModel } from './orderOneModel.ts';
import { breathe } from './samples.ts';
import { writeSmallFolder } from './smallFolder.ts';

let root = '';
let folder = '';
const platform = nodePlatform();

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'nihilo-evaluate-'));
  folder = path.join(root, 'code');
  writeSmallFolder(folder);
});
afterAll(() => rmSync(root, { recursive: true }));

interface Seen {
  readonly material: Material;
  readonly model: OrderOneModel;
}

/** Counts, as the real ones will be, and whoever looks at them later. */
function countsThat(remember: (seen: Seen) => void): PredictorFactory {
  return {
    name: 'counts',
    stages: ['index', 'trained'],
    prepare: async (material) => {
      const { tokenizer, texts } = material;
      const ids = texts.map((text) => text.ids);
      const model = new OrderOneModel(tokenizer.vocabSize, tokenizer.endOfText, ids);
      remember({ material, model });
      return model;
    },
  };
}

const options = (change: Partial<EvaluationOptions> = {}): EvaluationOptions => ({
  folder,
  seconds: 60,
  mostFiles: null,
  threads: 1,
  seed: 1,
  split: 'files',
  frozen: false,
  roundTrip: false,
  calls: false,
  ...change,
});

/** One that needs as many bytes as there are different ones. */
const distinct: Compressor = {
  name: 'distinct',
  mostInputBytes: Infinity,
  size: async (parts) => new Set(parts.flatMap((part) => [...part])).size,
};

async function run(
  change: Partial<EvaluationOptions> = {},
  factories = predictors,
  base: Base | null = null,
) {
  const requests: TrainingRequest[] = [];
  const report = await evaluate(options(change), {
    platform,
    predictors: factories,
    base,
    compressors: [distinct],
    readSplit: () => splitByFiles(platform.files, { folders: [folder], exclude: [] }, 1, () => {}),
    checkpoint: path.join(root, 'model'),
    // The same training whatever the clock says, so that two can be compared.
    train: async (request) => {
      requests.push(request);
      const small = { ...request, stop: { steps: 3 }, reproducible: true, tokensPerStep: 256 };
      const steering = { cancelled: false, breathe };
      return (await train(platform, small, steering, () => {})).report;
    },
    lineChoice: { typedLines: 2, cursorsPerKind: 1 },
    breathe: async () => {},
  });
  return { report, requests };
}

/** Everything that predictors are made of, and what they say behind a text that has nothing to do with the folder. */
async function traces(): Promise<{
  readonly heldOut: readonly string[];
  readonly tokenizerJson: string;
  readonly texts: readonly string[];
  readonly counts: OrderOneModel['counts'];
  readonly given: string;
  readonly weights: readonly Float32Array[];
  readonly predictions: readonly (readonly number[])[];
}> {
  const seen: Seen[] = [];
  let weights: TrainedTransformer['tensors'] | null = null;
  const predictions: number[][] = [];
  const watched = predictors.map((factory) => ({
    ...factory,
    prepare: async (material: Material) => {
      weights = material.transformer?.tensors ?? weights;
      const model = await factory.prepare(material);
      model.begin();
      for (const id of material.tokenizer.encode(new TextEncoder().encode('const value = [')))
        model.learn(id);
      const out = new Float64Array(model.vocabSize);
      model.distribution(out);
      predictions.push([...out]);
      return model;
    },
  }));
  const { report, requests } = await run({}, [countsThat((one) => seen.push(one)), ...watched]);
  const { material, model } = seen[0]!;
  return {
    heldOut: report.heldOutFiles.map(({ path }) => path),
    tokenizerJson: tokenizerToJson(material.tokenizer),
    texts: material.texts.map(({ bytes }) => new TextDecoder().decode(bytes)),
    // What scoring added goes with the document.
    counts: (model.begin(), model.counts),
    given: JSON.stringify(requests[0]!.corpus, (key, value: unknown) =>
      key === 'bytes' ? Buffer.from(value as Uint8Array).toString('latin1') : value,
    ),
    weights: [...weights!.values()],
    predictions,
  };
}

describe('what is held out', () => {
  it('reaches neither the tokenizer nor the counts nor the weights: planted in it, a string changes no bit of them', async () => {
    const before = await traces();
    const planted = 'zq9Xk_vW7jQ';
    const file = path.join(folder, before.heldOut[0]!);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}\nconst ${planted} = "${planted}";\n`.replaceAll('const', planted));
    try {
      const after = await traces();
      expect(after.heldOut).toEqual(before.heldOut);
      for (const trace of [after.tokenizerJson, after.given, ...after.texts])
        expect(trace).not.toContain(planted);
      expect(after).toEqual(before);
      // The same string in a file that is learnt from does change them: the comparison can fail.
      const learnt = path.join(folder, 'decoder.ts');
      expect(before.heldOut).not.toContain('decoder.ts');
      const original = readFileSync(learnt, 'utf8');
      writeFileSync(learnt, original.replaceAll('import', planted));
      const changed = await traces();
      writeFileSync(learnt, original);
      for (const name of ['tokenizerJson', 'counts', 'given', 'weights', 'predictions'] as const) {
        expect(changed[name], name).not.toEqual(before[name]);
      }
    } finally {
      writeFileSync(file, text);
    }
  });
});

describe('an evaluation', () => {
  it('has a row for each predictor at each of its stages, with the time since the folder was opened', async () => {
    const { report, requests } = await run({ roundTrip: true }, [countsThat(() => {}), ...predictors]);
    expect(report.rows.map(({ predictor, details }) => `${predictor} ${details.stage}`)).toEqual([
      'counts index',
      'counts+cache index',
      'counts index',
      'counts trained',
      'transformer trained',
      'mixture trained',
    ]);
    const [index, , , trained] = report.rows;
    expect(trained!.atSeconds).toBeGreaterThan(index!.atSeconds);
    expect(trained!.bitsPerByte).toBe(index!.bitsPerByte);
    const indexed = report.rows.filter(({ details }) => details.stage === 'index');
    const tokenized = index!.atSeconds - index!.details.prepareSeconds;
    const longest = Math.max(...indexed.map(({ details }) => details.prepareSeconds));
    // The mixture counts once more after the training, and 3 s are kept for what it hears.
    expect(requests[0]!.stop.seconds).toBeCloseTo(60 - tokenized - 2 * longest - 3, 9);
    for (const row of report.rows) {
      expect(row.details.roundTrip!.bytes).toBeGreaterThan(0);
      const bits = row.details.fileBitsPerByte.map((of, i) => of * report.heldOutFiles[i]!.bytes);
      expect(bits.reduce((sum, one) => sum + one, 0) / report.heldOutBytes).toBeCloseTo(row.bitsPerByte, 9);
      expect(row.details.tokens.tokens + report.heldOutFiles.length).toBe(report.heldOutTokens);
      for (const share of [row.top1, row.top5, row.mrr, row.identTop1, row.lineExact, row.ksr, row.ece]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
    expect(Object.keys(report.rows[0]!)).toEqual([
      'predictor',
      'atSeconds',
      'bitsPerByte',
      'top1',
      'top5',
      'mrr',
      'identTop1',
      'lineExact',
      'ksr',
      'acceptance',
      'wrongPer1000',
      'ece',
      'details',
    ]);
    expect(report).toMatchObject({ folder, seconds: 60, protocol: 'file-dynamic', split: 'files' });
    expect(report.files).toBeGreaterThan(report.heldOutFiles.length);
  });

  it('begins with a base: its tokens, its prediction before the training, its weights for the training', async () => {
    const tokenizerJson = tokenizerToJson(
      trainTokenizer([new TextEncoder().encode('const a = [b, c];')], 300),
    );
    const config = presetConfig('pencil', tokenizerFromJson(tokenizerJson).vocabSize);
    const transformer = { config, tensors: randomTensors(config, 1), heldOutPaths: [] };
    const base: Base = { folder: '/base', transformer, tokenizerJson, trust: null };
    const seen: Seen[] = [];
    const of = (factory: PredictorFactory): PredictorFactory => ({
      ...factory,
      prepare: async (material) => {
        seen.push({ material, model: null! });
        return factory.prepare(material);
      },
    });
    const { report, requests } = await run({ seconds: 0, mostFiles: 3 }, predictors.map(of), base);
    expect(report.rows.map(({ predictor, details }) => `${predictor} ${details.stage}`)).toEqual([
      'counts+cache index',
      'counts index',
      'transformer base',
      'mixture base',
      'mixture weighed',
    ]);
    expect(requests).toEqual([]);
    for (const { material } of seen) {
      expect(tokenizerToJson(material.tokenizer)).toBe(tokenizerJson);
      expect(material.texts).toHaveLength(3);
    }
    expect(seen.at(-2)!.material.transformer).toBe(transformer);
    // Of the three texts one teaches how far to trust it, and is held out for that.
    const { heldOutPaths, ...same } = seen.at(-1)!.material.transformer!;
    expect([same.config, same.tensors]).toEqual([config, transformer.tensors]);
    expect(report.rows.length).toBe(seen.length);
    expect(heldOutPaths).toHaveLength(1);
    expect(seen.at(-1)!.material.trust).toBeNull();
    const trained = await run({}, [countsThat(() => {})], { ...base, folder: '/elsewhere' }).catch(String);
    expect(trained).toContain('/elsewhere');
  });

  it('learns less from the texts when it is static', async () => {
    const factories = [countsThat(() => {})];
    const [dynamic, frozen] = [await run({}, factories), await run({ frozen: true }, factories)];
    expect(frozen.report.protocol).toBe('static');
    expect(dynamic.report.rows[0]!.bitsPerByte).toBeLessThan(frozen.report.rows[0]!.bitsPerByte);
  });
});

describe('the compressors', () => {
  it('are asked for what a text takes beside the training text', async () => {
    const { report } = await run({}, []);
    const { bits, bytes, texts, bitsPerByte } = report.compressors['distinct']!;
    const split = await splitByFiles(platform.files, { folders: [folder], exclude: [] }, 1, () => {});
    const known = new Set(split.training.flatMap((text) => [...text.bytes]));
    const expected = report.heldOutFiles.map(({ path: name }) => {
      const text = split.heldOut.find((one) => one.path === name)!;
      return 8 * [...new Set(text.bytes)].filter((byte) => !known.has(byte)).length;
    });
    expect(bits).toEqual(expected);
    expect(bytes).toBe(report.heldOutBytes);
    expect(texts).toBe(report.heldOutFiles.length);
    expect(bitsPerByte).toBeCloseTo(expected.reduce((sum, one) => sum + one, 0) / bytes, 12);
  });
});
