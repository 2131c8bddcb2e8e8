import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { oneOf } from '../../extension/cli/optionValues.ts';
import { evaluate, type EvaluationOptions } from '../../extension/evaluation/evaluate.ts';
import { usualChoice } from '../../extension/evaluation/lines.ts';
import { predictors } from '../../extension/evaluation/predictors.ts';
import { splitByFolders } from '../../extension/evaluation/split.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { presetNames } from '../../extension/protocol/model.ts';
import { unstoppable } from '../../extension/training/steering.ts';
import { train } from '../../extension/training/trainer.ts';
import type { CallTrial } from './results.ts';
import { typescriptApplication } from './typescriptApplication.ts';

/**
 * What function calling is worth, and what it costs: whole folders are held out, so that what they define is used nowhere else, and a
 * transformer is trained on the rest for so many steps, with messages in its text and without. Then it may ask TypeScript's own language
 * service, which answers in VS Code, too, at first uses of names.
 */
const { values } = parseArgs({
  options: {
    corpora: { type: 'string' },
    names: { type: 'string', default: 'rxjs,mobx,zod' },
    out: { type: 'string' },
    preset: { type: 'string', default: 'small' },
    steps: { type: 'string', default: '600' },
    threads: { type: 'string', default: '2' },
    calls: { type: 'string', default: 'on,off' },
  },
});

const seed = 1;
const platform = nodePlatform();

async function trial(corpus: string, calls: boolean): Promise<CallTrial> {
  const folder = path.join(path.resolve(values.corpora!), corpus);
  const options: EvaluationOptions = {
    folder,
    seconds: 60,
    mostFiles: null,
    threads: Number(values.threads),
    seed,
    split: 'folders',
    frozen: false,
    roundTrip: false,
    calls,
  };
  const preset = oneOf('--preset', presetNames)(values.preset);
  const split = await splitByFolders(platform.files, { folders: [folder], exclude: [] }, seed, () => {});
  const report = await evaluate(options, {
    platform,
    predictors: predictors.filter(({ stages }) => stages.includes('trained')),
    compressors: [],
    base: null,
    readSplit: () => Promise.resolve(split),
    application: typescriptApplication(folder, [...split.training, ...split.heldOut]),
    checkpoint: path.join(tmpdir(), `nihilo-calls-${randomUUID()}`),
    train: async (request) => {
      const asked = { ...request, preset, stop: { steps: Number(values.steps) } };
      const outcome = await train(platform, asked, unstoppable, () => {});
      return outcome.report;
    },
    lineChoice: usualChoice,
    breathe: () => Promise.resolve(),
  });
  const row = (name: string) => report.rows.find(({ predictor }) => predictor === name)!;
  return {
    corpus,
    seed,
    calls,
    bitsPerByte: row('mixture').bitsPerByte,
    transformerBitsPerByte: row('transformer').bitsPerByte,
    identTop1: row('mixture').identTop1,
    report: report.calls,
  };
}

const trials: CallTrial[] = [];
for (const corpus of values.names.split(',')) {
  for (const calls of values.calls.split(',').map((how) => how === 'on')) {
    const result = await trial(corpus, calls);
    trials.push(result);
    process.stderr.write(`${JSON.stringify(result)}\n`);
    if (values.out !== undefined) {
      const { preset, steps } = values;
      writeFileSync(values.out, `${JSON.stringify({ preset, steps: Number(steps), trials }, null, 1)}\n`);
    }
  }
}
