import type { Command } from 'commander';
import { splitNames } from '../evaluation/split.ts';
import type { AuditOptions, EvaluateOptions, Invocation, TokenizeOptions } from './commandLine.ts';
import {
  calls,
  canaries,
  count,
  numberWithin,
  oneObject,
  oneOf,
  positive,
  reproducible,
  seedRange,
  threadRange,
} from './optionValues.ts';

export function describeEvaluate(
  program: Command,
  threads: number,
  ask: (invocation: Invocation) => void,
): void {
  program
    .command('evaluate <folder>')
    .description('how well each predictor, learning from a folder, predicts text that is kept from it')
    .option(
      '--seconds <n>',
      'from opening the folder to the end of training; 0 = nothing is trained',
      numberWithin('--seconds', { ...positive, least: 0 }),
      60,
    )
    .option(
      '--files <n>',
      'learn from so many files alone, drawn by the seed: a workspace that has just begun',
      numberWithin('--files', count),
    )
    .option('--threads <n>', 'worker threads', numberWithin('--threads', threadRange), threads)
    .option('--seed <n>', 'of the split and of every random choice', numberWithin('--seed', seedRange), 1)
    .option(
      '--split <how>',
      'files: a tenth of them is kept apart; folders: whole folders; commits: what the last commits added',
      oneOf('--split', splitNames),
      'files',
    )
    .option(
      '--base [dir]',
      'begin with the base model, or with the one in a folder, which predicts before the training, too',
    )
    .option('--static', 'learn nothing from a text while it is scored', false)
    .option('--round-trip', 'code texts by the predictions, decode them and compare', false)
    .option('--calls', calls, false)
    .option('--json', oneObject, false)
    .action((folder: string, options: EvaluateOptions) => ask({ command: 'evaluate', folder, options }));
}

export function describeAudit(program: Command, ask: (invocation: Invocation) => void): void {
  program
    .command('audit <folder>')
    .description(
      'what a model and the counts of a folder can reproduce of the secrets in it, which are kept from them',
    )
    .option('--model <dir>', 'folder of a trained model (the counts alone when left out)')
    .option(
      '--canaries <n>',
      'so many were planted by `nihilo train --canaries`',
      numberWithin('--canaries', canaries),
      0,
    )
    .option('--reproducible', reproducible, false)
    .option('--json', oneObject, false)
    .action((folder: string, options: AuditOptions) => ask({ command: 'audit', folder, options }));
}

export function describeTokenize(program: Command, ask: (invocation: Invocation) => void): void {
  program
    .command('tokenize <folder>')
    .description(
      'write the text files of a folder as shards of tokens, secrets replaced, for a training on other machines',
    )
    .requiredOption('--shards <dir>', 'folder of the shards; what is there of the same text is kept')
    .option('--tokenizer <file>', 'tokenizer.json of a model (learnt from a sample when left out)')
    .option(
      '--vocab-size <n>',
      'tokens in the vocabulary that is learnt',
      numberWithin('--vocab-size', { whole: true, least: 260, most: 65_535 }),
      4_096,
    )
    .option(
      '--sample-bytes <n>',
      'text that the vocabulary is learnt from',
      numberWithin('--sample-bytes', count),
      16_000_000,
    )
    .option(
      '--shard-tokens <n>',
      'tokens of a shard',
      numberWithin('--shard-tokens', { ...count, most: 2 ** 30 }),
      2 ** 24,
    )
    .option('--seed <n>', 'of the order of the files', numberWithin('--seed', seedRange), 1)
    .option('--json', oneObject, false)
    .action((folder: string, options: TokenizeOptions) => ask({ command: 'tokenize', folder, options }));
}
