import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { explain, type RunNumber } from '../../extension/inspection/explain.ts';
import { trainingOf } from '../../extension/inspection/optimizerStep.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Run, Subject } from '../../extension/inspection/subject.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { latin1 } from '../../extension/tokenizer/latin1.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { checkSheet } from '../arithmetic/checkedSheet.ts';
import { compiled } from '../engine/compiled.ts';
import { uniform } from '../reference/random.ts';
import { learntNumbers, predictedNumbers } from './someNumbers.ts';

const root = new URL('../../', import.meta.url);
const fromFile = (name: string): string => readFileSync(new URL(name, root), 'utf8');

/** Code, data and prose of the project, and what a trained model is as sure of as it can be. */
const texts: readonly (readonly [name: string, text: string])[] = [
  ['code', fromFile('extension/webview/app.tsx').slice(3_000)],
  ['data', fromFile('package-lock.json').slice(2_000)],
  ['prose', fromFile('ARCHITECTURE.md').slice(4_000)],
  ['one line again and again, and then something else', `${'export const a = 1;\n'.repeat(9)}😀 a = 1;\n`],
];
const tokens = 80;
const places = 6;

describe.each(texts)('sheets of the base model over %s', (_, text) => {
  let tokenizer: Tokenizer;
  let subject: Subject;
  beforeAll(async () => {
    const platform = nodePlatform();
    const { config, tensors, tokenizerJson, trainerState } = await readCheckpoint(
      platform.files,
      new URL('base', root).pathname,
    );
    tokenizer = tokenizerFromJson(tokenizerJson);
    subject = {
      model: new RecordedModel(compiled('baseline'), config, tensors, trainerState.optimizer),
      bytesOf: (id) => latin1(tokenizer.tokenBytes(id)),
      training: trainingOf(trainerState, null),
    };
  });

  /** A sheet in full says to 1 % how large its number is, or how large what it adds up is; a short one is within its bound. */
  function check(run: Run, asked: RunNumber): void {
    const explanation = explain(run, asked);
    checkSheet(explanation, asked, 8);
    for (const { name, bound, machine, sizes } of checkSheet(explanation, asked)) {
      const most = 0.01 * Math.max(Math.abs(machine), sizes);
      // An entropy is shown with four decimals: what is less than one of them is certainty.
      if (asked.of === 'entropy' && machine < 1e-4) continue;
      if (!(bound <= most)) expect(bound, `${JSON.stringify(asked)} ${name}`).toBeLessThanOrEqual(most);
    }
  }

  it('are within their bounds and say something', () => {
    const run = { subject, ids: [...tokenizer.encode(new TextEncoder().encode(text))].slice(0, tokens) };
    const next = uniform(run.ids.length + run.ids[1]!);
    const asked = [
      ...Array.from({ length: places }, () => predictedNumbers(run, next)).flat(),
      ...certainNumbers(run),
      ...learntNumbers(run, next),
    ];
    for (const name of asked) check(run, name);
    expect(asked.length).toBeGreaterThan(400);
  });
});

/** Losses and entropies of every place: the most certain and the most surprising are among them. */
function certainNumbers({ ids }: Run): RunNumber[] {
  return ids.slice(0, -1).flatMap((_, position): RunNumber[] => [
    { of: 'loss', position },
    { of: 'entropy', position },
    { of: 'error', position, token: ids[position + 1]! },
  ]);
}
