import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus, readTexts } from '../../extension/corpus/corpus.ts';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { weightFormat } from '../../extension/engine/decodePlan.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { TrainingEvent, TrainingRequest } from '../../extension/protocol/training.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizerJson.ts';
import { type Steering, unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';
import { compiled } from '../engine/compiled.ts';
import { cancelAfter } from './pencilTraining.ts';

const source = new URL('../../extension/', import.meta.url).pathname;
let root: string;
let folder: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nihilo-trainer-'));
  folder = join(root, 'code');
  for (const part of ['engine', 'training', 'protocol'])
    cpSync(join(source, part), join(folder, part), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

function request(name: string, change: Partial<TrainingRequest> = {}): TrainingRequest {
  return {
    corpus: { folders: [folder], exclude: [] },
    checkpoint: join(root, name),
    preset: 'small',
    vocabSize: 400,
    stop: { steps: 12 },
    threads: 1,
    seed: 1,
    reproducible: true,
    memoryLimitMb: 512,
    resume: false,
    ...change,
  };
}

async function run(name: string, change: Partial<TrainingRequest> = {}, steering: Steering = unstoppable) {
  const events: TrainingEvent[] = [];
  const outcome = await train(nodePlatform(), request(name, change), steering, (event) => events.push(event));
  const bytes = (file: string): string => readFileSync(join(root, name, file)).toString('base64');
  return { ...outcome, events, model: bytes('model.safetensors'), optimizer: bytes('optimizer.safetensors') };
}

describe('train', () => {
  it('gives the same weights for the same seed, with any number of threads, and others for another', async () => {
    const first = await run('first');
    const second = await run('second', { threads: 3 });
    const other = await run('other', { seed: 2 });
    expect(second.model).toBe(first.model);
    expect(second.optimizer).toBe(first.optimizer);
    expect(other.model).not.toBe(first.model);
    expect(first.report).toMatchObject({
      steps: 12,
      tokens: 12 * 1024,
      threads: 1,
      seed: 1,
      preset: 'small',
    });
    expect(second.report.heldOutBitsPerByte).toBe(first.report.heldOutBitsPerByte);
  });

  // From step 8 on there is an average of the weights, too.
  it.each([7, 10])(
    'goes on from a training that was cancelled after %i steps to the bits of one that was never interrupted',
    async (steps) => {
      const whole = await run('whole');
      const cut = await run(`cut-${steps}`, {}, cancelAfter(steps));
      expect([cut.cancelled, cut.report.steps]).toEqual([true, steps]);
      expect(cut.optimizer).not.toBe(whole.optimizer);
      const resumed = await run(`cut-${steps}`, { resume: true });
      expect(resumed.report.steps).toBe(12);
      expect(resumed.model).toBe(whole.model);
      expect(resumed.optimizer).toBe(whole.optimizer);
    },
  );

  // The seventh of 3 micro-batches a step, and the fifth of 2, are the first ones of the third step: it is dropped.
  it.each([
    [{ optimizer: 'muon' }, 3, 3],
    [{ tokensPerStep: 2_500 }, 7, 2],
    [{ optimizer: 'muon', tokensPerStep: 1_500 }, 5, 2],
  ] as const)(
    'goes on to the same bits with %o too, without being told again',
    async (choices, stop, steps) => {
      const name = Object.values(choices).join('-');
      const whole = await run(`${name}-whole`, { ...choices, stop: { steps: 5 } });
      const cut = await run(`${name}-cut`, { ...choices, stop: { steps: 5 }, threads: 2 }, cancelAfter(stop));
      expect([cut.cancelled, cut.report.steps]).toEqual([true, steps]);
      const left = { preset: undefined, vocabSize: undefined, seed: undefined, reproducible: undefined };
      const resumed = await run(`${name}-cut`, { ...left, resume: true, stop: { steps: 5 } });
      expect(resumed.report).toMatchObject({
        steps: 5,
        tokens: whole.report.tokens,
        preset: 'small',
        seed: 1,
      });
      expect(resumed.model).toBe(whole.model);
      expect(resumed.optimizer).toBe(whole.optimizer);
    },
  );

  it('gives the same weights for texts that are given, with their tokenizer, as for the files that hold them, also after an interruption', async () => {
    const read = await run('read', { stop: { steps: 5 } });
    const { files } = nodePlatform();
    const { tokenizerJson } = await readCheckpoint(files, join(root, 'read'));
    const { texts } = await readTexts(files, { folders: [folder], exclude: [] }, {});
    const corpus = { texts: texts.toReversed(), tokenizerJson };
    await run('given', { corpus, stop: { steps: 5 } }, cancelAfter(2));
    const given = await run('given', { corpus, stop: { steps: 5 }, resume: true });
    expect(given.model).toBe(read.model);
    expect(given.report.heldOutBitsPerByte).toBe(read.report.heldOutBitsPerByte);
    const fewer = await run('fewer', { corpus: { ...corpus, texts: texts.slice(1) }, stop: { steps: 5 } });
    expect(fewer.model).not.toBe(read.model);
  });

  it('counts the tokens of all micro-batches of a step', async () => {
    const { report } = await run('larger', { tokensPerStep: 2_500, stop: { steps: 2 } });
    expect(report.tokens).toBe(64 * Math.floor(2_500 / 64) + 128 * Math.floor(2_500 / 128));
  });

  it('learns: the held-out loss falls below that of a blind guess, and the best point is what is saved', async () => {
    const { events, report } = await run('learns', { stop: { steps: 60 }, threads: 2 });
    const points = events.flatMap((event) => (event.type === 'heldOut' ? [event.point] : []));
    expect(points.length).toBeGreaterThanOrEqual(10);
    expect(points.at(-1)!.heldOutLoss).toBeLessThan(0.8 * Math.log(400));
    const { trainerState } = await readCheckpoint(nodePlatform().files, join(root, 'learns'));
    const best = Math.min(...points.map((point) => point.heldOutLoss));
    expect(trainerState.best.loss).toBe(best);
    expect(trainerState.heldOutBitsPerByte).toBe(report.heldOutBitsPerByte);
    expect(events.at(-1)).toMatchObject({ type: 'stage', stage: 'saving' });
    let reported = 0;
    for (const event of events) {
      if (event.type === 'progress') reported = event.progress.step;
      if (event.type === 'heldOut') expect(event.point.step).toBe(reported);
    }
  });

  it.runIf(process.platform === 'linux')(
    'tells the processor time of its threads: it grows, has that of the other lane in it, and is no more than the process has had',
    async () => {
      const before = process.cpuUsage();
      const { events } = await run('costs', { stop: { steps: 100 }, threads: 2 });
      const { user, system } = process.cpuUsage(before);
      const told = events.flatMap((event) => (event.type === 'progress' ? [event.progress.cpuSeconds!] : []));
      expect(told.length).toBeGreaterThan(1);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(told[0]).toBeGreaterThan(0);
      // Ticks are hundredths of a second, where it is told in ticks.
      expect(told.at(-1)).toBeLessThanOrEqual((user + system) / 1e6 + 0.04);
      const own = await run('alone', { stop: { steps: 100 }, threads: 1 });
      const alone = own.events.findLast((event) => event.type === 'progress');
      expect(alone?.type === 'progress' && alone.progress.cpuSeconds).toBeGreaterThan(0);
    },
  );

  it('stops at a target loss, and by seconds', async () => {
    const target = await run('target', { stop: { targetLoss: 5.5, steps: 200 } });
    expect(target.report.steps).toBeLessThan(200);
    const timed = await run('timed', { stop: { seconds: 1 } });
    expect(timed.report.seconds).toBeGreaterThanOrEqual(1);
    expect(timed.report.steps).toBeGreaterThan(0);
  });

  it('reports the bits per byte that the decoder finds on the held-out text', async () => {
    const text = readFileSync(join(source, 'engine/layout.ts'), 'utf8');
    const one = join(root, 'one');
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, 'one.ts'), text);
    const { report } = await run('scored', { corpus: { folders: [one], exclude: [] }, stop: { steps: 30 } });
    const { config, tensors, tokenizerJson } = await readCheckpoint(
      nodePlatform().files,
      join(root, 'scored'),
    );
    const tokenizer = tokenizerFromJson(tokenizerJson);
    // One file: its last tenth, from a line's beginning, is held out.
    const bytes = Buffer.from(text);
    const nats = (heldOut: Uint8Array): number => {
      const decoder = new Decoder(compiled('baseline'), config, tensors, 'f32');
      const ids = [tokenizer.endOfText, ...tokenizer.encode(heldOut)];
      const context = config.maxPositionEmbeddings;
      let total = 0;
      for (let target = 1; target < ids.length; target++) {
        // Windows overlap by half: the last one that holds the target's context begins at a multiple of half a context.
        const start = Math.max(0, (Math.ceil(target / (context / 2)) - 2) * (context / 2));
        const logits = decoder.next(ids.slice(start, target))!;
        const most = Math.max(...logits);
        const sum = logits.reduce((s, logit) => s + Math.exp(logit - most), 0);
        total += most + Math.log(sum) - logits[ids[target]!]!;
      }
      return total;
    };
    const candidates = [...text.matchAll(/\n/g)].map(({ index }) =>
      bytes.subarray(Buffer.byteLength(text.slice(0, index + 1))),
    );
    const tenth = candidates.filter((c) => Math.abs(c.length / bytes.length - 0.1) < 0.02);
    const figures = tenth.map((heldOut) => nats(heldOut) / Math.LN2 / heldOut.length);
    expect(Math.min(...figures.map((figure) => Math.abs(figure - report.heldOutBitsPerByte)))).toBeLessThan(
      1e-4,
    );
  });

  it('tells once what its curves are read against, recomputed here, and shows with each score what the model makes of a held-out place', async () => {
    const text = readFileSync(join(source, 'engine/layout.ts'), 'utf8');
    const one = join(root, 'two');
    mkdirSync(one, { recursive: true });
    writeFileSync(join(one, 'one.ts'), text);
    const { events } = await run('shown', { corpus: { folders: [one], exclude: [] }, stop: { steps: 20 } });
    const told = events.flatMap((event) => (event.type === 'yardsticks' ? [event.yardsticks] : []));
    expect(told).toHaveLength(1);
    const [{ vocabSize, blind, frequency, prompt }] = told as [(typeof told)[0]];
    const { files } = nodePlatform();
    const { documents } = await readCorpus(files, { folders: [one], exclude: [] }, { seed: 1 });
    const { config, tensors, tokenizerJson, trainerState } = await readCheckpoint(files, join(root, 'shown'));
    const tokenizer = tokenizerFromJson(tokenizerJson);
    const [training, heldOut] = [false, true].map((side) =>
      documents.filter((document) => document.heldOut === side).map(({ bytes }) => bytes),
    ) as [Uint8Array[], Uint8Array[]];
    const counts = new Map<number, number>();
    // Its document is ended and begun by the token between texts.
    const learnt = [tokenizer.endOfText, ...tokenizer.encode(training[0]!), tokenizer.endOfText];
    for (const id of learnt) counts.set(id, (counts.get(id) ?? 0) + 1);
    const ids = [...tokenizer.encode(heldOut[0]!)];
    const nats = ids.map((id) => -Math.log(((counts.get(id) ?? 0) + 1) / (learnt.length + vocabSize)));
    const mean = nats.reduce((sum, one) => sum + one, 0) / ids.length;
    const perByte = ids.length / heldOut[0]!.length / Math.LN2;
    expect(vocabSize).toBe(tokenizer.vocabSize);
    expect(frequency.loss).toBeCloseTo(mean, 9);
    expect(frequency.bitsPerByte).toBeCloseTo(mean * perByte, 9);
    expect(blind.loss).toBeCloseTo(Math.log(vocabSize), 9);
    expect(blind.bitsPerByte).toBeCloseTo(Math.log(vocabSize) * perByte, 9);
    const order = events
      .map(({ type }) => type)
      .filter((type) => ['yardsticks', 'heldOut', 'sample'].includes(type));
    expect(order).toEqual(['yardsticks', ...Array.from({ length: 11 }, () => ['heldOut', 'sample']).flat()]);
    const samples = events.flatMap((event) => (event.type === 'sample' ? [event.sample] : []));
    const shown = prompt!.before.join('') + prompt!.after.join('');
    expect(Buffer.from(heldOut[0]!).toString('latin1')).toContain(shown);
    // The weights of the best step are those that were saved.
    const decoder = new Decoder(compiled('baseline'), config, tensors, weightFormat(config));
    const at = tokenizer.encode(
      heldOut[0]!.subarray(
        0,
        Buffer.from(heldOut[0]!).indexOf(Buffer.from(shown, 'latin1')) + prompt!.before.join('').length,
      ),
    );
    const context = [...at].slice(-prompt!.before.length);
    const expected = prompt!.after.map(() => {
      const logits = decoder.next(context)!;
      context.push(logits.indexOf(Math.max(...logits)));
      return Buffer.from(tokenizer.tokenBytes(context.at(-1)!)).toString('latin1');
    });
    expect(samples.find(({ step }) => step === trainerState.best.step)!.tokens).toEqual(expected);
  });

  it('says in one sentence that a folder holds too little', async () => {
    const tiny = join(root, 'tiny');
    mkdirSync(tiny, { recursive: true });
    writeFileSync(join(tiny, 'a.ts'), 'export const answer = 42;\n');
    const corpus = { folders: [tiny], exclude: [] };
    await expect(run('tinyModel', { corpus })).rejects.toMatchObject({ code: 'corpusTooSmall' });
  });
});
