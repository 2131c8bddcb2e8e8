import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { Inspector } from '../../extension/inspection/inspector.ts';
import { surprisesPartByPart } from '../../extension/inspection/surpriseParts.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { Surprise } from '../../extension/protocol/inspecting.ts';
import type { Inspection } from '../../extension/protocol/prediction.ts';
import type { RunQuestion, StageAnswers, StageQuestion } from '../../extension/protocol/stages.ts';
import { byteCount, controlBytes } from '../../extension/protocol/tokenBytes.ts';
import { realCode } from '../engine/tinyModel.ts';
import { trainPencil } from '../training/pencilTraining.ts';

/** Few enough tokens for a context of 8. */
const text = 'if (';
const weight = { matrix: 'up', layer: 0, row: 0, col: 0 } as const;

describe('the Inspector’s engine on a trained checkpoint', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-inspector-'));
  const inspector = new Inspector(nodePlatform());
  let inspection: Inspection;
  beforeAll(async () => {
    realCode().forEach((code, i) => writeFileSync(path.join(scratch, `${i}.ts`), code));
    const checkpoint = path.join(scratch, 'model');
    await trainPencil(scratch, checkpoint);
    await inspector.load(checkpoint, true);
    inspection = inspector.inspect(text, '', null, 20);
  });
  afterAll(() => rmSync(scratch, { recursive: true }));

  function ask<Kind extends RunQuestion['kind']>(
    question: Extract<StageQuestion, { kind: Kind }>,
  ): StageAnswers[Kind] {
    return inspector.ask(inspection.run, question as RunQuestion).answer as StageAnswers[Kind];
  }

  it('answers every stage from one run, with the numbers of its inspection', () => {
    const { position, distribution, tokens } = inspection;
    const place = { layer: 0, head: 1, position };
    const scores = ask({ kind: 'scores', position });
    const probabilities = softmax(new Float32Array(scores.logits));
    for (const { id, probability } of distribution.top) expect(probabilities[id]).toBe(probability);
    const attention = ask({ kind: 'attention', other: null, ...place });
    expect(attention.weights).toHaveLength(position + 1);
    expect(new Uint8Array(attention.picture)).toHaveLength(tokens.length ** 2);
    const overview = ask({ kind: 'overview', ...place });
    expect(overview.top.id).toBe(distribution.top[0]!.id);
    expect(overview.looksMost).toBe(Math.max(...attention.weights));
    const mix = ask({ kind: 'mix', ...place });
    mix.after.forEach((value, i) => expect(value).toBeCloseTo(mix.before[i]! + mix.attended[i]!, 5));
    const vocabulary = inspector.ask(inspection.run, {
      kind: 'vocabulary',
      position,
      from: 60,
      counts: null,
    });
    expect((vocabulary.answer as StageAnswers['vocabulary']).rows[0]!.id).toBe(60);
    const choice = ask({ kind: 'choice', position, temperature: 1, topK: 0, topP: 1, seed: 3 });
    const drawn = choice.intervals.find(({ id }) => id === choice.drawn.id)!;
    expect(choice.draw).toBeGreaterThanOrEqual(drawn.from);
    expect(choice.draw).toBeLessThan(drawn.to);
    expect(ask({ kind: 'thumbnails' }).pictures.byteLength).toBe(2 * tokens.length ** 2);
  });

  it('replays the merges of a token from its bytes to itself', () => {
    const longest = inspection.tokens.reduce(
      (best, { bytes }, i) => (byteCount(bytes) > byteCount(inspection.tokens[best]!.bytes) ? i : best),
      0,
    );
    const counts = new Uint32Array(2_000).fill(1);
    const { steps } = inspector.ask(inspection.run, { kind: 'merges', position: longest, counts })
      .answer as StageAnswers['merges'];
    const { bytes } = inspection.tokens[longest]!;
    expect(steps[0]!.pieces).toEqual([...bytes]);
    expect(steps.at(-1)!.pieces).toEqual([bytes]);
    steps.slice(1).forEach(({ pieces, merge, made, count }, i) => {
      expect(count!.total).toBeGreaterThan(0);
      expect(pieces.join('')).toBe(bytes);
      expect(pieces).toHaveLength(steps[i]!.pieces.length - 1);
      expect(merge).toBeGreaterThan(0);
      expect(pieces[made!]).toBe(steps[i]!.pieces[made!]! + steps[i]!.pieces[made! + 1]!);
    });
  });

  it('names the token before the text, which no byte was merged to', () => {
    const bytes = controlBytes('<|endoftext|>');
    expect(inspection.tokens[0]!.bytes).toBe(bytes);
    expect(ask({ kind: 'merges', position: 0 }).steps).toEqual([
      { pieces: [bytes], merge: null, made: null, count: null },
    ]);
  });

  it('a silenced neuron and a step that is tried leave the model as it was', () => {
    const position = inspection.position - 1;
    const before = ask({ kind: 'scores', position });
    const { after } = ask({ kind: 'neurons', layer: 0, position, silenced: null });
    const strongest = after.indexOf(Math.max(...after));
    const { top, topSilenced } = ask({ kind: 'neurons', layer: 0, position, silenced: strongest });
    expect(topSilenced).not.toEqual(top);
    const learning = ask({ kind: 'learning', position, rate: 0.05, weight });
    expect(learning.meanAfter).toBeLessThan(learning.meanBefore);
    const errors = learning.errors.find(({ id }) => id === learning.actual!.id)!;
    expect(errors.error).toBe(learning.actual!.probability - 1);
    const again = ask({ kind: 'scores', position });
    expect(new Float32Array(again.logits)).toEqual(new Float32Array(before.logits));
  });

  it('steps on with what the training left behind, once that has been read', async () => {
    const question = { kind: 'learning', position: inspection.position - 1, rate: 0.001, weight } as const;
    expect(ask(question).trained!.step).toMatchObject({
      optimizer: 'muon',
      steps: null,
      first: { before: 0 },
    });
    await inspector.prepare(question);
    const { step } = ask(question).trained!;
    expect(step.steps).toBe(600);
    expect(step.first.before).not.toBe(0);
    const number = { of: 'optimizerStep', rate: 0.001, ...weight } as const;
    expect(ask({ kind: 'explain', number }).machine.at(-1)).toBe(step.after);
  });

  it('knows the random numbers that the training began with', () => {
    const { origin, points, vector, now, change } = ask({
      kind: 'vectors',
      position: inspection.position,
      other: 0,
      point: 0,
    });
    expect(origin).toEqual({ from: 'seed', seed: 1 });
    expect(points[0]).toBe(0);
    expect(points.length).toBeGreaterThan(1);
    expect(vector).not.toEqual(now);
    expect(change).toBeLessThan(0.999);
  });

  it('is as surprised by each token as the run that ends before it says', () => {
    const code = `${text}\n  const total = add(1, 2);\n`.repeat(3);
    const bytes = new TextEncoder().encode(code);
    const surprises = inspector.surprises(code, 5, bytes.length);
    expect(surprises.at(-1)!.start + surprises.at(-1)!.length).toBe(bytes.length);
    surprises.forEach(({ start, length, bits }, i) => {
      if (i > 0) expect(start).toBe(surprises[i - 1]!.start + surprises[i - 1]!.length);
      expect(length).toBeGreaterThan(0);
      expect(bits).toBeGreaterThan(0);
    });
    // The first tokens of a text stand in one run from its beginning.
    const { distribution, tokens } = inspector.inspect(text, '', 0, 8);
    const [first] = inspector.surprises(text, 0, text.length);
    expect(first!.length).toBe(tokens[1]!.bytes.length);
    expect(first!.bits).toBeCloseTo(-Math.log2(distribution.actual!.probability), 6);
    expect(first!.rank).toBe(distribution.actual!.rank);
    const others = distribution.top.filter(({ id }) => id !== distribution.actual!.id).slice(0, 3);
    expect(first!.others).toEqual(others.map(({ bytes, probability }) => ({ bytes, probability })));
  });

  it('is as surprised by the parts of a text as by all of it, and no part is of more than 1,000 bytes', async () => {
    const line = Array.from({ length: 700 }, (_, i) => `a${i}=${'求é😀'[i % 4] ?? 'x'};`).join('');
    const bytes = new TextEncoder().encode(line).length;
    const parts: Surprise[][] = [];
    for await (const part of surprisesPartByPart(line, 7, async (...asked) => inspector.surprises(...asked)))
      parts.push([...part]);
    expect(parts.flat()).toEqual(inspector.surprises(line, 7, bytes));
    expect(parts.length).toBeGreaterThan(bytes / 1_100);
    const sizes = parts.map((part) => part.reduce((sum, { length }) => sum + length, 0));
    const longest = Math.max(...parts.flat().map(({ length }) => length));
    for (const size of sizes) expect(size).toBeLessThan(1_000 + longest);
  });

  it('refuses a place outside of the text and a run that is too old, in one sentence', () => {
    const place = { layer: 0, head: 0, position: inspection.tokens.length };
    expect(() => ask({ kind: 'overview', ...place })).toThrow(/should be a token from 0/);
    const { run } = inspection;
    expect(inspector.inspect(text, '', 0, 1).run).toBe(run);
    for (let i = 0; i < 32; i++) inspector.inspect('x'.repeat(1 + (i % 2)), '', null, 1);
    expect(() => inspector.ask(run, { kind: 'thumbnails' })).toThrow(/one of the last 32/);
    expect(() => inspector.inspect(text, '', 10_000, 1)).toThrow(/should be a token/);
  });
});
