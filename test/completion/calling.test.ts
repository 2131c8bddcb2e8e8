import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedIndex } from '../../extension/completion/servedIndex.ts';
import { callShare } from '../../extension/calling/textWithCalls.ts';
import { Inspector } from '../../extension/inspection/inspector.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { openTransformer } from '../../extension/prediction/trainedTransformer.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import type { StageAnswers } from '../../extension/protocol/stages.ts';
import { controlName } from '../../extension/protocol/tokenBytes.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import type { Completion, CompletionOptions } from '../../extension/protocol/prediction.ts';
import { tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';
import { birdFiles } from '../calling/birds.ts';
import { compiled } from '../engine/compiled.ts';
import { builtIndexes } from '../indexing/builtIndexes.ts';

const platform = nodePlatform();
const { module } = compiled('baseline');
describe('a model that was trained with messages', () => {
  let folder: string;
  let served: ServedIndex;
  let inspector: Inspector;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'nihilo-calls-'));
    mkdirSync(path.join(folder, 'birds'));
    for (const [file, text] of birdFiles()) writeFileSync(path.join(folder, file), text);
    const checkpoint = path.join(folder, '..', `${path.basename(folder)}-model`);
    const corpus = { folders: [folder], exclude: [] };
    const request = {
      corpus,
      checkpoint,
      preset: 'small',
      vocabSize: 400,
      tokensPerStep: 256,
      stop: { steps: 1_000 },
      threads: 1,
      seed: 1,
      reproducible: true,
      calls: true,
      memoryLimitMb: 512,
      resume: false,
    } as const;
    await train(platform, request, unstoppable, () => {});
    const indexes = await builtIndexes(folder, checkpoint);
    const { decoder, tokenizerJson } = await openTransformer(platform, checkpoint, true);
    served = new ServedIndex(module, indexes.at(-1)!);
    served.hear(new TransformerModel(decoder, tokenizerFromJson(tokenizerJson).endOfText));
    inspector = new Inspector(platform);
    await inspector.load(checkpoint, true);
    rmSync(checkpoint, { recursive: true });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const options: CompletionOptions = {
    leastProbability: 0,
    maxTokens: 12,
    maxMilliseconds: 60_000,
    calls: true,
  };
  const begun = 'export function flock(): void {\n  release(new Bakomi());\n  rest(2);\n';
  const complete = (line: string, change: Partial<CompletionOptions> = {}): Completion =>
    served.complete(begun + line, { name: 'new.ts', suffix: '\n' }, { ...options, ...change }, () => false);

  it('asks where a name from elsewhere comes, and not where the text tells what comes', () => {
    expect(served.predicting).toBe('counts + transformer');
    const { asks } = complete('  release(new ');
    expect(asks).toMatchObject({ tool: 'names', argument: '', word: '' });
    expect(asks!.probability).toBeGreaterThanOrEqual(0.5);
    expect(asks!.probability).toBeLessThanOrEqual(1);
    expect(complete('  release(').asks).toBeNull();
    expect(complete('  rest(2);\n  ').asks).toBeNull();
  });

  it('asks for what goes on with the letters that are typed', () => {
    expect(complete('  release(new S').asks).toMatchObject({ tool: 'names', argument: 'S', word: 'S' });
  });

  it('does not ask where nobody may be asked', () => {
    expect(complete('  release(new ', { calls: false }).asks).toBeNull();
  });

  it('begins with one of the names that are returned and fit, whatever the text would have made likelier', () => {
    const returned = ['Quaggor', 'Wozzil', 'Sewozzi', 'wings'];
    const typed = complete('  release(new S', { returned });
    expect(typed.text.startsWith('ewozzi')).toBe(true);
    expect(typed.message).toMatchObject({
      tool: 'names',
      argument: 'S',
      returned: 1,
      text: '<|call|>names S<|result|> Sewozzi<|end|>',
      chosen: [{ name: 'Sewozzi', probability: 1 }],
    });
    const open = complete('  release(new ', { returned });
    expect(returned.some((name) => open.text.startsWith(name))).toBe(true);
    expect(open.asks).toBeNull();
    const { chosen } = open.message!;
    expect(chosen[0]!.probability).toBeLessThanOrEqual(1);
    // The name is right at most as often as any name from elsewhere comes here.
    expect(open.probabilities.at(-1)!).toBeLessThanOrEqual(chosen[0]!.probability);
  });

  it('has several texts on demand, each with another of the names', () => {
    const returned = ['Quaggor', 'Wozzil', 'Sewozzi'];
    const { text, alternatives } = complete('  release(new ', { returned, alternatives: 2 });
    const begins = [text, ...alternatives.map((one) => one.text)].map((one) =>
      returned.find((name) => one.startsWith(name)),
    );
    expect(begins.toSorted()).toEqual(returned.toSorted());
  });

  it('goes on by itself where nothing that is returned fits', () => {
    const { message, text } = complete('  release(new S', { returned: ['Quaggor'] });
    expect(message).toBeNull();
    expect(text).toBe(complete('  release(new S', { calls: false }).text);
  });

  it('is looked into token by token: the first is as likely as the Inspector says at that place, and what was chosen is last', () => {
    const message = complete('  release(new ', { returned: ['Quaggor', 'Wozzil'] }).message!;
    const { run } = inspector.inspect(`${begun}  release(new`, '', null, 1);
    const ask = (asked: typeof message): StageAnswers['call'] =>
      inspector.ask(run, { kind: 'call', message: 1, asked }).answer as StageAnswers['call'];
    const { message: read, chosen } = ask(message)!;
    expect(read.map(({ id }) => id)).toEqual(message.ids);
    expect(read.map(({ bytes }) => controlName(bytes) ?? bytes).join('')).toBe(message.text);
    expect(chosen.map(({ bytes }) => bytes).join('')).toBe(` ${message.chosen[0]!.name}`);
    const { position } = inspector.inspect(`${begun}  release(new`, '', null, 1);
    const scores = inspector.ask(run, { kind: 'scores', position }).answer as StageAnswers['scores'];
    const here = softmax(new Float32Array(scores.logits));
    expect(read[0]!.probability).toBeCloseTo(here[message.ids[0]!]!, 6);
    // Completions compute with whole numbers.
    expect(Math.abs(Math.min(1, read[0]!.probability / callShare) - message.probability)).toBeLessThan(0.1);
    for (const { probability } of [...read, ...chosen]) {
      expect(probability).toBeGreaterThan(0);
      expect(probability).toBeLessThanOrEqual(1);
    }
    // Ids mean something else to another model.
    expect(ask({ ...message, text: `${message.text} ` })).toBeNull();
    expect(ask({ ...message, ids: [...message.ids, 60_000] })).toBeNull();
  });
});
