import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { expectFailure, only } from './answers.ts';
import { bundle, CommandProcess, type Ended, nihilo, root, source } from './commandProcess.ts';

let scratch = '';
let code = '';
let model = '';
let trained: Ended;

/** The smallest model, and a corpus of real code: enough of both to run every path in seconds. */
const small = ['--preset', 'pencil', '--vocab', '300', '--threads', '2'];

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-cli-'));
  code = path.join(scratch, 'code');
  model = path.join(scratch, 'models', 'first');
  for (const folder of ['engine', 'training', 'cli']) {
    cpSync(path.join(root, 'extension', folder), path.join(code, folder), { recursive: true });
  }
  trained = await nihilo('train', code, '--out', model, '--steps', '20', '--seed', '7', ...small, '--json');
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('nihilo train --json', () => {
  it('prints the report and nothing else on stdout, its progress on stderr', () => {
    expect(trained.stderr).toContain('held out');
    expect(trained.code).toBe(0);
    const report = only(trained.stdout);
    expect(Object.keys(report)).toEqual([
      'parameters',
      'preset',
      'threads',
      'seed',
      'steps',
      'tokens',
      'seconds',
      'tokensPerSecond',
      'trainBitsPerByte',
      'heldOutBitsPerByte',
      'heldOutFiles',
      'peakRssMb',
      'fractionOfPeak',
      'checkpoint',
    ]);
    expect(report).toMatchObject({ preset: 'pencil', threads: 2, seed: 7, steps: 20, checkpoint: model });
    for (const [name, value] of Object.entries(report)) {
      if (name !== 'preset' && name !== 'checkpoint') expect(value, name).toBeGreaterThan(0);
    }
    // Guessing each byte with equal probability costs 8 bits.
    expect(report['heldOutBitsPerByte']).toBeLessThan(8);
    expect(report['fractionOfPeak']).toBeLessThanOrEqual(1);
  });

  it('writes a Hugging Face model folder', () => {
    expect(readdirSync(model)).toEqual(
      expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'trainer_state.json']),
    );
  });

  it('with the same seed and steps makes the same weights', async () => {
    const again = path.join(scratch, 'models', 'again');
    const ended = await nihilo(
      'train',
      code,
      '--out',
      again,
      '--steps',
      '20',
      '--seed',
      '7',
      ...small,
      '--json',
    );
    expect(ended.code).toBe(0);
    const weights = (folder: string): Buffer => readFileSync(path.join(folder, 'model.safetensors'));
    expect(weights(again).equals(weights(model))).toBe(true);
  });

  it('goes on from a model with --resume', async () => {
    const copy = path.join(scratch, 'models', 'resumed');
    cpSync(model, copy, { recursive: true });
    const goOn = ['train', code, '--out', copy, '--resume', '--steps', '25', '--json'];
    const ended = await nihilo(...goOn, '--seed', '7', ...small);
    expect(ended.code).toBe(0);
    expect(only(ended.stdout)).toMatchObject({ steps: 25 });
    const other = await nihilo(...goOn, '--seed', '8');
    expectFailure(other, 2, /To go on, --seed should be 7, .+ and is 8; leave --seed out to go on/);
    const done = await nihilo(...goOn);
    expectFailure(done, 2, /at its limit already \(25 steps, .+raise --steps/);
  });
});

describe('nihilo train', () => {
  it('ends on Ctrl-C with the best model so far, exit code 130 and the report', async () => {
    const out = path.join(scratch, 'models', 'interrupted');
    const running = new CommandProcess([
      'train',
      code,
      '--out',
      out,
      '--seconds',
      '3600',
      ...small,
      '--json',
    ]);
    await running.stderrMatches(/step \d/);
    running.kill('SIGINT');
    const { code: exitCode, stdout, stderr } = await running.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('the best model so far is kept');
    const report = only(stdout);
    expect(report['seconds']).toBeLessThan(3_600);
    const completed = await nihilo('complete', `${code}/cli/cli.ts:1:1`, '--model', out, '--json');
    expect(completed.code).toBe(0);
  });

  it('does not learn from a model that is in the folder', async () => {
    const folder = path.join(scratch, 'with model');
    cpSync(path.join(code, 'engine'), folder, { recursive: true });
    const out = path.join(folder, 'my (model) [1] +{a,b}');
    const train = (): Promise<Ended> =>
      nihilo('train', folder, '--out', out, '--steps', '2', ...small, '--json');
    const [first, second] = [await train(), await train()];
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(only(second.stdout)['heldOutBitsPerByte']).toBe(only(first.stdout)['heldOutBitsPerByte']);
    const learnt = /(\d+ files? to learn from \(.+?\), \d+ held out \(.+?\))/;
    expect(learnt.exec(second.stderr)?.[1]).toBe(learnt.exec(first.stderr)?.[1]);
  });

  it('says what it learnt from and how well, for people', async () => {
    const out = path.join(scratch, 'models', 'told');
    const ended = await nihilo('train', code, '--out', out, '--steps', '2', ...small);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/Held-out text +\d+\.\d{3} bits per byte/);
    expect(ended.stdout).toContain(out);
  });
});

interface InspectionJson {
  readonly model: Record<string, unknown>;
  readonly tokens: { id: number; text: string; bytes?: string; start: number }[];
  readonly position: number;
  readonly cursor: number;
  readonly top: { id: number; logit: number; probability: number }[];
  readonly others: { count: number; probability: number };
  readonly entropy: number;
  readonly actual: { id: number; text: string; rank: number; probability: number } | null;
}

describe('nihilo inspect --json', () => {
  let file = '';
  beforeAll(() => {
    file = path.join(scratch, 'inspected.ts');
    writeFileSync(file, 'const emoji = "🙂漢字";\r\nconst b = 2;\n');
  });

  const inspect = async (place: string, ...more: string[]): Promise<InspectionJson> => {
    const ended = await nihilo('inspect', `${file}:${place}`, '--model', model, '--json', ...more);
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    return only(ended.stdout) as unknown as InspectionJson;
  };

  it('lists probabilities that add up to 1, likeliest first, and agree with the logits', async () => {
    const { top, others, entropy, model: summary } = await inspect('1:7', '--top', '12');
    expect(summary).toMatchObject({ checkpoint: model, parameters: expect.any(Number) });
    expect(top).toHaveLength(12);
    const total = top.reduce((sum, { probability }) => sum + probability, others.probability);
    expect(Math.abs(total - 1)).toBeLessThanOrEqual(1e-6);
    const vocabulary = top.length + others.count;
    expect(entropy).toBeGreaterThan(0);
    expect(entropy).toBeLessThanOrEqual(Math.log2(vocabulary));
    for (const [i, { logit, probability }] of top.entries()) {
      const first = top[0]!;
      expect(logit).toBeLessThanOrEqual(top[Math.max(0, i - 1)]!.logit);
      // p = e^logit / Z with one Z for all, and float64 after the logits.
      expect(probability / first.probability).toBeCloseTo(Math.exp(logit - first.logit), 9);
    }
  });

  it('gives tokens whose bytes are those of the file, also inside a character', async () => {
    const { tokens, cursor, position } = await inspect('1:18');
    const bytes = readFileSync(file);
    const place = bytes.indexOf('🙂') + 4;
    const before = tokens.slice(0, cursor).at(-1)!;
    const exact = ({ text, bytes: hex }: { text: string; bytes?: string }): Buffer =>
      hex === undefined ? Buffer.from(text) : Buffer.from(hex, 'hex');
    expect(position).toBe(cursor - 1);
    expect(before.start + exact(before).length).toBe(place);
    const spelled = tokens.filter(({ start }, i) => i > 0 || start > 0);
    for (const token of spelled) {
      const there = bytes.subarray(token.start, token.start + exact(token).length);
      expect(exact(token).equals(there)).toBe(true);
    }
  });

  it('is a table without --json', async () => {
    const ended = await nihilo('inspect', `${file}:1:7`, '--model', model, '--top', '3');
    expect(ended.code).toBe(0);
    expect(ended.stdout.match(/ %/g)).toHaveLength(4);
    expect(ended.stdout).toContain('others');
  });

  it.each([
    ['9:1', /^nihilo: The line should be from 1 to 3 in .+ and is 9\.$/],
    ['2:14', /^nihilo: The column should be from 1 to 13 in line 2 of .+ and is 14\.$/],
    ['here', /^nihilo: The place should be FILE:LINE:COLUMN/],
  ])('refuses the place %s with the range that is valid', async (place, sentence) => {
    expectFailure(await nihilo('inspect', `${file}:${place}`, '--model', model, '--json'), 2, sentence);
  });

  it('refuses a file that is not there', async () => {
    expectFailure(
      await nihilo('inspect', `${file}.gone:1:1`, '--model', model, '--json'),
      1,
      /Expected to read .+inspected\.ts\.gone, got nothing there \(ENOENT\)/,
    );
  });
});

describe('bad input gets one sentence, an exit code, and nothing on stdout', () => {
  const train = (folder: string, ...more: string[]): Promise<Ended> =>
    nihilo(
      'train',
      folder,
      '--out',
      path.join(scratch, 'models', 'never'),
      '--steps',
      '2',
      ...small,
      '--json',
      ...more,
    );

  const folderWith = (name: string, files: Record<string, string | Uint8Array>): string => {
    const folder = path.join(scratch, name);
    mkdirSync(folder);
    for (const [file, contents] of Object.entries(files)) writeFileSync(path.join(folder, file), contents);
    return folder;
  };

  it('an empty folder', async () => {
    expectFailure(await train(folderWith('empty', {})), 1, /./);
  });

  it('a folder without readable text', async () => {
    const noise = Uint8Array.from({ length: 5_000 }, (_, i) => (i * 193) % 256);
    expectFailure(await train(folderWith('binary', { 'a.bin': noise, 'b.dat': noise })), 1, /./);
  });

  it('one tiny file', async () => {
    expectFailure(await train(folderWith('tiny', { 'a.ts': 'const a = 1;\n' })), 1, /./);
  });

  it('a folder that is a file, and one that is not there', async () => {
    expectFailure(await train(path.join(code, 'cli', 'cli.ts')), 1, /cli\.ts/);
    expectFailure(await train(path.join(scratch, 'nowhere')), 1, /nowhere.+ENOENT/);
  });

  it('a folder to write in that is below a file, before any training', async () => {
    const ended = await train(code, '--out', path.join(code, 'cli', 'cli.ts', 'model'));
    expectFailure(ended, 1, /^nihilo: --out should be a folder that can be written/);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('a folder to write in that holds something else, which stays', async () => {
    const folder = folderWith('precious', { 'thesis.txt': 'years of work' });
    expectFailure(await train(code, '--out', folder), 2, /holds thesis\.txt/);
    expect(readFileSync(path.join(folder, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('a memory limit that is too low, by the name of the option', async () => {
    expectFailure(await train(code, '--preset', 'large', '--memory', '1'), 1, /limit is 1 MB.+--memory/);
  });

  it.each([
    [['--resume', '--canaries', '3'], /leave --canaries out/],
    [['--resume', '--base', 'other'], /leave --base out/],
    [['--preset', 'base', '--vocab', '512'], /leave --vocab out/],
    [['--base', 'other', '--vocab', '512'], /leave --vocab out/],
    [['--base', 'other', '--preset', 'small'], /--preset should be base .+ is small/],
  ])('options of which one would be ignored: %s', async (options, told) => {
    const out = path.join(scratch, 'nowhere');
    expectFailure(await nihilo('train', code, '--out', out, ...options), 2, told);
  });

  it('no model where one should be', async () => {
    const place = `${code}/cli/cli.ts:1:1`;
    const nowhere = path.join(scratch, 'nowhere');
    expectFailure(
      await nihilo('complete', place, '--model', nowhere, '--json'),
      1,
      /There should be a trained model/,
    );
    expectFailure(await train(code, '--out', nowhere, '--resume'), 1, /There should be a trained model/);
  });

  it('a torn model and a foreign one', async () => {
    const place = `${code}/cli/cli.ts:1:1`;
    const torn = path.join(scratch, 'models', 'torn');
    cpSync(model, torn, { recursive: true });
    truncateSync(path.join(torn, 'model.safetensors'), 1_000);
    expectFailure(
      await nihilo('complete', place, '--model', torn, '--json'),
      1,
      /incomplete: model\.safetensors/,
    );
    const exported = path.join(scratch, 'exported');
    await nihilo('export', exported, '--model', model, '--format', 'huggingface');
    expectFailure(
      await nihilo('complete', place, '--model', exported, '--json'),
      1,
      /program .+, import it\./,
    );
    const foreign = folderWith('foreign', {
      'config.json': '{"model_type":"gpt2"}',
      'model.safetensors': 'x',
    });
    expectFailure(
      await nihilo('inspect', place, '--model', foreign, '--json'),
      1,
      /config\.json should hold/,
    );
  });

  it('an option that does not exist', async () => {
    const ended = await train(code, '--sed', '1');
    expectFailure(ended, 2, /^nihilo: Unknown option '--sed' \(Did you mean --seed\?\)/);
  });
});

describe('a file of 200 MB', () => {
  it('is left out, and the rest is learnt from', async () => {
    const folder = path.join(scratch, 'huge');
    cpSync(path.join(code, 'engine'), folder, { recursive: true });
    const without = await nihilo(
      'train',
      folder,
      '--out',
      path.join(scratch, 'models', 'huge'),
      '--steps',
      '2',
      ...small,
      '--json',
    );
    writeFileSync(path.join(folder, 'huge.ts'), '');
    truncateSync(path.join(folder, 'huge.ts'), 200_000_000);
    const out = path.join(scratch, 'models', 'huge');
    const ended = await nihilo('train', folder, '--out', out, '--steps', '2', ...small, '--json');
    expect([without.code, ended.code]).toEqual([0, 0]);
    expect(only(ended.stdout)['heldOutBitsPerByte']).toBe(only(without.stdout)['heldOutBitsPerByte']);
  });
});

describe('nihilo start', () => {
  it('shows the report and three completions of held-out lines with their probabilities', async () => {
    const cache = path.join(scratch, 'cache');
    const args = ['start', code, '--seconds', '2', '--threads', '1'];
    const ended = await new CommandProcess(args, source, { XDG_CACHE_HOME: cache }).ended;
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/Held-out text +\d/);
    expect(ended.stdout).toContain('Completions of held-out text by counts + transformer');
    expect(ended.stdout.match(/^ {2}typed .+\n {2}completed .*\(\d.* %\)\n {2}in truth .+$/gm)).toHaveLength(
      3,
    );
  });

  it('ends well where there is one file alone', async () => {
    const cache = path.join(scratch, 'cache-of-one');
    const folder = path.join(scratch, 'one');
    mkdirSync(folder);
    cpSync(path.join(code, 'engine', 'layout.ts'), path.join(folder, 'a.ts'));
    const args = ['start', folder, '--seconds', '1', '--threads', '1'];
    const ended = await new CommandProcess(args, source, { XDG_CACHE_HOME: cache }).ended;
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('no other file');
  });
});

describe('the bundle', () => {
  it('is what a user runs: it starts, and it trains with the bundles beside it', async () => {
    const version = await new CommandProcess(['--version'], bundle).ended;
    expect(version).toMatchObject({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
    const out = path.join(scratch, 'models', 'bundled');
    const ended = await new CommandProcess(
      ['train', code, '--out', out, '--steps', '20', '--seed', '7', ...small, '--json'],
      bundle,
    ).ended;
    expect(ended.code).toBe(0);
    expect(only(ended.stdout)['heldOutBitsPerByte']).toBe(only(trained.stdout)['heldOutBitsPerByte']);
  });
});
