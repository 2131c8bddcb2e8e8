import { Command, CommanderError, Help } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { SplitName } from '../evaluation/split.ts';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { type OptimizerName, optimizerNames, type PresetChoice, presetChoices } from '../protocol/model.ts';
import { usualThreads } from '../training/threads.ts';
import { describeAudit, describeEvaluate, describeTokenize } from './folderCommands.ts';
import { describeInterchange, type ExportOptions, type ImportOptions } from './interchangeCommands.ts';
import {
  canaries,
  count,
  numberWithin,
  oneObject,
  oneOf,
  positive,
  calls,
  reproducible,
  seedRange,
  threadRange,
} from './optionValues.ts';

export interface TrainOptions {
  readonly out: string;
  readonly seconds?: number;
  readonly steps?: number;
  readonly epochs?: number;
  /** held-out loss, nats per token */
  readonly targetLoss?: number;
  readonly threads: number;
  readonly seed?: number;
  readonly preset?: PresetChoice;
  /** of a model to begin with, in the place of the one that ships */
  readonly base?: string;
  readonly vocab?: number;
  readonly optimizer?: OptimizerName;
  readonly tokensPerStep?: number;
  readonly memory: number;
  readonly canaries: number;
  readonly resume: boolean;
  readonly reproducible?: boolean;
  readonly calls?: boolean;
  /** judge the model in the end */
  readonly report: boolean;
  readonly json: boolean;
}

export interface FineTuneOptions {
  readonly model: string;
  readonly out?: string;
  readonly replay?: string;
  readonly seconds?: number;
  readonly steps?: number;
  readonly epochs?: number;
  readonly threads: number;
  readonly seed?: number;
  readonly memory: number;
  readonly report: boolean;
  readonly json: boolean;
}

export interface StartOptions {
  readonly seconds: number;
  readonly threads: number;
}

interface ModelOptions {
  readonly model: string;
  readonly reproducible: boolean;
  readonly json: boolean;
}

export interface CompleteOptions extends Omit<ModelOptions, 'model'> {
  /** a folder to count; without it the transformer predicts alone */
  readonly folder?: string;
  /** of a transformer; without it counts predict alone */
  readonly model?: string;
  /** a token less likely than this ends the completion */
  readonly minProbability: number;
  /** 0 = the most likely token, always */
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
}

export interface InspectOptions extends ModelOptions {
  readonly top: number;
}

export interface BenchOptions {
  readonly peers: boolean;
  readonly quick: boolean;
  readonly reproducible: boolean;
  readonly json: boolean;
}

export interface EvaluateOptions {
  readonly seconds: number;
  readonly threads: number;
  readonly seed: number;
  readonly split: SplitName;
  readonly static: boolean;
  /** the base model that ships, or another one's folder */
  readonly base?: true | string;
  readonly files?: number;
  readonly roundTrip: boolean;
  readonly calls: boolean;
  readonly json: boolean;
}

export interface AuditOptions {
  /** of a trained model; without it the counts alone are probed */
  readonly model?: string;
  readonly canaries: number;
  readonly reproducible: boolean;
  readonly json: boolean;
}

export interface TokenizeOptions {
  readonly shards: string;
  /** a tokenizer.json; one is learnt when it is left out */
  readonly tokenizer?: string;
  readonly vocabSize: number;
  readonly sampleBytes: number;
  readonly shardTokens: number;
  readonly seed: number;
  readonly json: boolean;
}

/** What a command line asks for. */
export type Invocation =
  | { readonly command: 'train'; readonly folder: string; readonly options: TrainOptions }
  | { readonly command: 'finetune'; readonly folder: string; readonly options: FineTuneOptions }
  | { readonly command: 'start'; readonly folder: string; readonly options: StartOptions }
  | { readonly command: 'complete'; readonly place: string; readonly options: CompleteOptions }
  | { readonly command: 'inspect'; readonly place: string; readonly options: InspectOptions }
  | { readonly command: 'bench'; readonly options: BenchOptions }
  | { readonly command: 'evaluate'; readonly folder: string; readonly options: EvaluateOptions }
  | { readonly command: 'audit'; readonly folder: string; readonly options: AuditOptions }
  | { readonly command: 'tokenize'; readonly folder: string; readonly options: TokenizeOptions }
  | { readonly command: 'export'; readonly out: string; readonly options: ExportOptions }
  | { readonly command: 'import'; readonly folder: string; readonly options: ImportOptions }
  /** help or version */
  | { readonly command: 'print'; readonly text: string };

/** what the editor shows at least when somebody asks for suggestions */
const ghostTextFloor = 0.1;

/**
 * Pure: arguments in, what they ask for out.
 * @param args without the program's own name
 * @param cores of the machine, from which the default number of threads follows
 * @throws {NihiloError} argumentInvalid
 */
export function parseCommandLine(args: readonly string[], cores: number): Invocation {
  let invocation: Invocation | null = null;
  let printed = '';
  const program = describeCommands(usualThreads(cores), (asked) => (invocation = asked));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => undefined });
  }
  if (args.length === 0) return { command: 'print', text: program.helpInformation() };
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (printed === '') throw refused(error, args[0]!, program);
  }
  return invocation ?? { command: 'print', text: printed };
}

function describeCommands(threads: number, ask: (invocation: Invocation) => void): Command {
  const program = new Command('nihilo')
    .description('Learns to complete code from one folder alone, on the CPU. Nothing leaves the machine.')
    .version(packageJson.version)
    .configureHelp({
      optionDescription: (option) =>
        option.isBoolean() ? option.description : defaults.optionDescription(option),
    })
    .helpCommand(false);
  describeTrain(program, threads, ask);
  describeFineTune(program, threads, ask);
  describeModelCommands(program, ask);
  describeEvaluate(program, threads, ask);
  describeAudit(program, ask);
  describeTokenize(program, ask);
  describeInterchange(program, ask);
  program
    .command('bench')
    .description('measure the speed of the kernels, of a training step and of completions')
    .option('--peers', 'compare with other programs, in turn with them; in a clone of the repository', false)
    .option('--quick', 'few tries of few things: shows that it runs, not how fast', false)
    .option('--reproducible', reproducible, false)
    .option('--json', oneObject, false)
    .action((options: BenchOptions) => ask({ command: 'bench', options }));
  program
    .command('start <folder>')
    .description(
      'train for a minute on a folder and show what was learnt; the model goes to the cache folder',
    )
    .option('--seconds <n>', 'how long to train', numberWithin('--seconds', positive), 60)
    .option('--threads <n>', 'worker threads', numberWithin('--threads', threadRange), threads)
    .action((folder: string, options: StartOptions) => ask({ command: 'start', folder, options }));
  return program;
}

/** That a switch is off by default need not be said. */
const defaults = new Help();

const memory = 'most memory that the training computes in; what it reads and the program come on top';
const report = 'end with how many keystrokes the model saves on held-out files, beside counts and words';

function describeTrain(program: Command, threads: number, ask: (invocation: Invocation) => void): void {
  const command = describeLimits(
    program
      .command('train <folder>')
      .description('train a model on the text files of a folder')
      .requiredOption('--out <dir>', 'folder of the model; replaced as a whole if a model is there'),
    'text',
  )
    .option(
      '--target-loss <nats>',
      'stop at this held-out loss per token',
      numberWithin('--target-loss', positive),
    )
    .option(
      '--threads <n>',
      'worker threads; one core is left to you',
      numberWithin('--threads', threadRange),
      threads,
    );
  describeChoices(command)
    .option('--memory <mb>', memory, numberWithin('--memory', count), 1_000)
    .option(
      '--canaries <n>',
      'plant so many random strings in the text, to see with `nihilo audit` what is memorised of it',
      numberWithin('--canaries', canaries),
      0,
    )
    .option(
      '--resume',
      'go on from the model in --out, as it began; limits count what it has behind it',
      false,
    )
    .option('--reproducible', reproducible)
    .option('--calls', calls)
    .option('--report', report, false)
    .option('--json', oneObject, false)
    .addHelpText(
      'after',
      '\nThe first limit reached ends the training. Ctrl-C ends it too and keeps the best model so far.',
    )
    .action((folder: string, options: TrainOptions) => ask({ command: 'train', folder, options }));
}

function describeLimits(command: Command, text: string): Command {
  return command
    .option(
      '--seconds <n>',
      'stop after so many seconds (60 when nothing else says when to stop)',
      numberWithin('--seconds', positive),
    )
    .option('--steps <n>', 'stop after so many steps', numberWithin('--steps', count))
    .option('--epochs <n>', `stop after so many passes over the ${text}`, numberWithin('--epochs', positive));
}

function describeFineTune(program: Command, threads: number, ask: (invocation: Invocation) => void): void {
  const command = program
    .command('finetune <folder>')
    .description('teach a trained model new text, at a lower rate and mixed with the text that it knows')
    .requiredOption('--model <dir>', 'folder of the trained model')
    .option(
      '--out <dir>',
      'folder of the fine-tuned one (that of --model, which is then replaced as a whole)',
    )
    .option(
      '--replay <folder>',
      'old text to repeat and to judge by, beside what is left in the folders that the model was trained on',
    );
  describeLimits(command, 'new text')
    .option('--threads <n>', 'worker threads', numberWithin('--threads', threadRange), threads)
    .option('--seed <n>', 'of the order of reading (that of the model)', numberWithin('--seed', seedRange))
    .option('--memory <mb>', memory, numberWithin('--memory', count), 1_000)
    .option('--report', report, false)
    .option('--json', oneObject, false)
    .addHelpText(
      'after',
      '\nKept are the weights that do best on new held-out text and cost old held-out text at most 2 % more bits; where there are none, the old weights stay.',
    )
    .action((folder: string, options: FineTuneOptions) => ask({ command: 'finetune', folder, options }));
}

/** What --resume keeps: none has a default here, so that what is not asked for is known. */
function describeChoices(command: Command): Command {
  return command
    .option(
      '--seed <n>',
      'of every random choice (1 when left out); with --steps or --epochs it decides every bit',
      numberWithin('--seed', seedRange),
    )
    .option(
      '--preset <name>',
      'size of the model: pencil, small, default, large, or auto: by the amount of text and time (auto when left out); base: begin with the base model',
      oneOf('--preset', presetChoices),
    )
    .option(
      '--base <dir>',
      'begin with the model in this folder, as --preset base does with the one that ships',
    )
    .option(
      '--vocab <n>',
      'tokens in the vocabulary (set by the preset or by auto when left out)',
      numberWithin('--vocab', { whole: true, least: 260, most: 65_535 }),
    )
    .option(
      '--optimizer <name>',
      'adamw, or muon for the hidden matrices and adamw for the rest (muon when left out)',
      oneOf('--optimizer', optimizerNames),
    )
    .option(
      '--tokens-per-step <n>',
      'tokens that one step learns from, in whole sequences and at least one, whatever fits into memory at a time (set by the preset when left out)',
      numberWithin('--tokens-per-step', { ...count, most: 1_048_576 }),
    );
}

function describeModelCommands(program: Command, ask: (invocation: Invocation) => void): void {
  const place = 'FILE:LINE:COLUMN, both from 1, as an editor shows them';
  program
    .command('complete')
    .description('the likely rest of a line, with its probability')
    .argument('<place>', place)
    .option('--folder <dir>', 'count this folder, as the editor does, and predict from what is counted')
    .option('--model <dir>', 'folder of a model, which predicts alone or, with --folder, joins the counts')
    .option(
      '--min-probability <p>',
      'the completion ends before it is less likely than this; 0 = always a whole line, of 64 tokens at most',
      numberWithin('--min-probability', { whole: false, least: 0, most: 1 }),
      ghostTextFloor,
    )
    .option(
      '--temperature <t>',
      '0 = the most likely token, always; 1 = drawn as the model says; above = flatter',
      numberWithin('--temperature', { whole: false, least: 0, most: 100 }),
      0,
    )
    .option('--top-k <n>', 'draw among so many tokens', numberWithin('--top-k', { ...count, most: 65_535 }))
    .option(
      '--top-p <p>',
      'draw among the likeliest tokens that reach this probability together',
      numberWithin('--top-p', { ...positive, most: 1 }),
    )
    .option('--seed <n>', 'of the draws', numberWithin('--seed', seedRange), 1)
    .option('--reproducible', reproducible, false)
    .option('--json', oneObject, false)
    .action((at: string, options: CompleteOptions) => ask({ command: 'complete', place: at, options }));
  program
    .command('inspect')
    .description('the tokens at a place, and the score of every likely next one')
    .argument('<place>', place)
    .requiredOption('--model <dir>', 'folder of the model')
    .option('--top <n>', 'likeliest tokens to list', numberWithin('--top', { ...count, most: 65_535 }), 20)
    .option('--reproducible', reproducible, false)
    .option('--json', oneObject, false)
    .action((at: string, options: InspectOptions) => ask({ command: 'inspect', place: at, options }));
}

/** Commander's report of what is wrong, as one sentence that says what to do. */
function refused({ message }: CommanderError, name: string, program: Command): NihiloError {
  const known = program.commands.some((command) => command.name() === name);
  const what = message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const sentence = what.charAt(0).toUpperCase() + what.slice(1);
  const help = known ? `nihilo ${name} --help` : 'nihilo --help';
  return new NihiloError('argumentInvalid', say`${sentence}; \`${help}\` lists what is expected.`);
}
