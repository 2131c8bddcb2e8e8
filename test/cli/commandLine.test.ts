import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../extension/cli/commandLine.ts';
import { NihiloError } from '../../extension/protocol/errors.ts';

const cores = 4;
const parse = (line: string) => parseCommandLine(line.split(' '), cores);

function refusal(args: readonly string[]): string {
  try {
    parseCommandLine(args, cores);
  } catch (error) {
    if (error instanceof NihiloError && error.code === 'argumentInvalid') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('finetune', () => {
  it('needs a model and a folder, and leaves the rest to the model and the defaults', () => {
    expect(parse('finetune src --model m')).toEqual({
      command: 'finetune',
      folder: 'src',
      options: { model: 'm', threads: 3, memory: 1_000, report: false, json: false },
    });
    expect(refusal(['finetune', 'src'])).toMatch(/--model/);
  });

  it('reads every option', () => {
    const line =
      'finetune src --model m --out n --replay old --seconds 1.5 --steps 7 --epochs 0.25 --threads 2 --seed 0 --memory 300 --json';
    expect(parse(line)).toMatchObject({
      options: {
        model: 'm',
        out: 'n',
        replay: 'old',
        seconds: 1.5,
        steps: 7,
        epochs: 0.25,
        threads: 2,
        seed: 0,
        memory: 300,
        json: true,
      },
    });
  });
});

describe('train', () => {
  it('leaves one core to the user and everything else to the defaults', () => {
    expect(parse('train src --out model')).toEqual({
      command: 'train',
      folder: 'src',
      options: {
        out: 'model',
        threads: 3,
        memory: 1_000,
        canaries: 0,
        resume: false,
        report: false,
        json: false,
      },
    });
    expect(parseCommandLine(['train', 'src', '--out', 'm'], 1)).toMatchObject({ options: { threads: 1 } });
    expect(parseCommandLine(['train', 'src', '--out', 'm'], 96)).toMatchObject({ options: { threads: 64 } });
  });

  it('reads every option', () => {
    const line =
      'train src --out m --seconds 1.5 --steps 7 --epochs 0.25 --target-loss 2.5 --threads 2 --seed 0 --preset small --vocab 512 --optimizer muon --tokens-per-step 4096 --memory 300 --canaries 5 --resume --reproducible --report --json';
    expect(parse(line)).toMatchObject({
      options: {
        canaries: 5,
        seconds: 1.5,
        steps: 7,
        epochs: 0.25,
        targetLoss: 2.5,
        threads: 2,
        seed: 0,
        preset: 'small',
        vocab: 512,
        optimizer: 'muon',
        tokensPerStep: 4_096,
        memory: 300,
        resume: true,
        reproducible: true,
        report: true,
        json: true,
      },
    });
  });

  it('keeps names as they were typed, also those that look like numbers', () => {
    const names = ['0123', '1e3', '007', 'true', '0x10', 'a b', '-'];
    for (const name of names) {
      expect(parseCommandLine(['train', name, '--out', name], cores)).toMatchObject({
        folder: name,
        options: { out: name },
      });
    }
  });
});

describe('numbers', () => {
  const withOption = (option: string, text: string): readonly string[] => [
    'train',
    'src',
    '--out',
    'm',
    `${option}=${text}`,
  ];

  it('a whole number within its range is taken as it is, any other is refused with the range and the value', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const args = withOption('--threads', String(value));
        if (value >= 1 && value <= 64) {
          expect(parseCommandLine(args, cores)).toMatchObject({ options: { threads: value } });
        } else {
          expect(refusal(args)).toBe(`--threads should be a whole number from 1 to 64 and is '${value}'.`);
        }
      }),
    );
  });

  it('any positive decimal is taken as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, max: 1e12, noNaN: true }), (value) => {
        expect(parseCommandLine(withOption('--seconds', String(value)), cores)).toMatchObject({
          options: { seconds: value },
        });
      }),
    );
  });

  it.each(['0', '-1', 'abc', ' ', '1s', '0x10', 'Infinity', 'NaN', '1,5'])(
    "--seconds '%s' is refused",
    (text) => {
      expect(refusal(withOption('--seconds', text))).toBe(
        `--seconds should be a number above 0 and is '${text}'.`,
      );
    },
  );

  it('a negative value after a space is that value, not another option', () => {
    expect(refusal('train src --out m --seed -5'.split(' '))).toBe(
      "--seed should be a whole number from 0 to 4294967295 and is '-5'.",
    );
  });

  it.each([
    ['--steps', '1.5', 'a whole number from 1'],
    ['--epochs', '0', 'a number above 0'],
    ['--target-loss', '-2', 'a number above 0'],
    ['--vocab', '259', 'a whole number from 260 to 65535'],
    ['--memory', '0', 'a whole number from 1'],
    ['--tokens-per-step', '0', 'a whole number from 1 to 1048576'],
    ['--preset', 'huge', 'one of auto, pencil, small, default, large, base'],
    ['--optimizer', 'sgd', 'one of adamw, muon'],
  ])('%s %s is refused as not %s', (option, text, expected) => {
    expect(refusal(withOption(option, text))).toBe(`${option} should be ${expected} and is '${text}'.`);
  });
});

describe('what is not understood', () => {
  it.each([
    [
      ['train', 'src', '--out', 'm', '--sed', '1'],
      /^Unknown option '--sed' \(Did you mean --seed\?\); `nihilo train --help`/,
    ],
    [['train', 'src', '--out'], /^Option '--out <dir>' argument missing; `nihilo train --help`/],
    [['train', 'src'], /^Required option '--out <dir>' not specified; `nihilo train --help`/],
    [['train', '--out', 'm'], /^Missing required argument 'folder'; `nihilo train --help`/],
    [
      ['train', 'a', 'b', '--out', 'm'],
      /^Too many arguments for 'train'\. Expected 1 argument but got 2; `nihilo train --help`/,
    ],
    [['complete', '--model', 'm'], /^Missing required argument 'place'; `nihilo complete --help`/],
    [['inspect', 'a:1:1'], /^Required option '--model <dir>' not specified; `nihilo inspect --help`/],
    [
      ['inspect', 'a:1:1', '--model', 'm', '--top', '0'],
      /^--top should be a whole number from 1 to 65535 and is '0'\.$/,
    ],
    [['trian', 'src'], /^Unknown command 'trian' \(Did you mean train\?\); `nihilo --help`/],
    [['--nothing'], /^Unknown option '--nothing'; `nihilo --help`/],
  ])('%j is refused in one line that names it', (args, expected) => {
    const sentence = refusal(args);
    expect(sentence).toMatch(expected);
    expect(sentence).not.toContain('\n');
  });
});

describe('the other commands', () => {
  it('are read', () => {
    expect(parse('complete a.ts:1:2 --model m --json')).toEqual({
      command: 'complete',
      place: 'a.ts:1:2',
      options: { model: 'm', minProbability: 0.1, temperature: 0, seed: 1, reproducible: false, json: true },
    });
    expect(parse('complete a:1:2 --model m --temperature 0.8 --top-k 40 --top-p 0.9 --seed 3')).toMatchObject(
      {
        options: { temperature: 0.8, topK: 40, topP: 0.9, seed: 3 },
      },
    );
    expect(parse('complete a.ts:1:2 --folder src')).toMatchObject({ options: { folder: 'src' } });
    expect(parse('inspect a.ts:1:2 --model m --top 5')).toEqual({
      command: 'inspect',
      place: 'a.ts:1:2',
      options: { model: 'm', reproducible: false, json: false, top: 5 },
    });
    expect(parse('bench --json')).toEqual({
      command: 'bench',
      options: { peers: false, quick: false, reproducible: false, json: true },
    });
    expect(parse('evaluate src')).toEqual({
      command: 'evaluate',
      folder: 'src',
      options: {
        seconds: 60,
        threads: 3,
        seed: 1,
        split: 'files',
        static: false,
        roundTrip: false,
        calls: false,
        json: false,
      },
    });
    expect(parse('evaluate src --base')).toMatchObject({ options: { base: true } });
    expect(parse('evaluate src --base other')).toMatchObject({ options: { base: 'other' } });
    expect(
      parse('evaluate src --seconds 5 --threads 2 --seed 9 --split commits --static --round-trip --json'),
    ).toMatchObject({
      options: {
        seconds: 5,
        threads: 2,
        seed: 9,
        split: 'commits',
        static: true,
        roundTrip: true,
        json: true,
      },
    });
    expect(refusal('evaluate src --split lines'.split(' '))).toBe(
      "--split should be one of files, folders, commits and is 'lines'.",
    );
    expect(parse('start src')).toEqual({
      command: 'start',
      folder: 'src',
      options: { seconds: 60, threads: 3 },
    });
  });

  it.each(['train', 'start', 'complete', 'inspect', 'bench', 'evaluate'])(
    '%s has a help of its own',
    (command) => {
      const help = parse(`${command} --help`);
      expect(help).toMatchObject({ command: 'print', text: expect.stringContaining(`nihilo ${command}`) });
      expect(help).toMatchObject({ text: expect.stringContaining('--help') });
      expect(parseCommandLine([], cores)).toMatchObject({ text: expect.stringContaining(`  ${command}`) });
    },
  );
});

describe('audit', () => {
  it('needs a folder alone, and takes a model and how many canaries were planted in its text', () => {
    expect(parse('audit src')).toEqual({
      command: 'audit',
      folder: 'src',
      options: { canaries: 0, reproducible: false, json: false },
    });
    expect(parse('audit src --model m --canaries 4 --json')).toMatchObject({
      options: { model: 'm', canaries: 4, json: true },
    });
  });
});
