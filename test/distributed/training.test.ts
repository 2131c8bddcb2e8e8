import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../extension/engine/checkpoint.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { recipeFor, recipes } from '../../extension/training/recipe.ts';
import { nihilo, root } from '../cli/commandProcess.ts';
import { compiled } from '../engine/compiled.ts';
import { compareTrainings, indexOf, readStream } from './parity.ts';
import { type LogLine, lossesOf, python, train } from './pytorch.ts';

const platform = nodePlatform();
let scratch = '';
const inScratch = (name: string): string => path.join(scratch, name);

beforeAll(async () => {
  if (python === null) return;
  scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-distributed-'));
  const text = (name: string): string => path.join(root, 'extension', name);
  const size = ['--vocab-size', '400', '--shard-tokens', '5000'];
  const shards = await nihilo('tokenize', text('engine'), '--shards', inScratch('train'), ...size);
  expect(shards.stderr + shards.stdout).toContain('Shards');
  const tokenizer = ['--tokenizer', inScratch('train/tokenizer.json')];
  await nihilo('tokenize', text('protocol'), '--shards', inScratch('heldOut'), ...tokenizer);
  expect(indexOf(inScratch('train')).shards.length).toBeGreaterThan(2);
});

afterAll(() => {
  if (scratch !== '') rmSync(scratch, { recursive: true, force: true });
});

const tiny = '--hidden 32 --layers 2 --heads 2 --context 32 --lengths 32 --tokens-per-step 256'.split(' ');

function argumentsFor(out: string, ...more: string[]): string[] {
  const folders = [
    '--train',
    inScratch('train'),
    '--held-out',
    inScratch('heldOut'),
    '--out',
    inScratch(out),
  ];
  return [...folders, ...tiny, '--log-every', '1', '--evaluate-every', '1000', ...more];
}

async function losses(...[args, options]: Parameters<typeof train>): Promise<Map<number, number>> {
  const { code, lines, stderr } = await train(args, options);
  expect(code, stderr).toBe(0);
  return lossesOf(lines);
}

if (python === null) {
  console.warn(
    'Training in PyTorch is not tested: no Python here has it. On Debian: apt-get install python3-torch.',
  );
}
// Where everything is tested, this is not left out.
const skipped = python === null && process.env['CI'] === undefined;

describe.skipIf(skipped)('a training in PyTorch', () => {
  it('has the losses of our engine within 10⁻⁴ in 20 steps, whatever shards the text is cut into', async () => {
    const { largestRelativeDifference, ours } = await compareTrainings(platform, {
      config: {
        vocabSize: indexOf(inScratch('train')).vocabSize,
        hiddenSize: 32,
        intermediateSize: 128,
        numHiddenLayers: 2,
        numAttentionHeads: 2,
        maxPositionEmbeddings: 32,
        ropeTheta: 10_000,
        rmsNormEps: 1e-5,
        tieWordEmbeddings: true,
      },
      recipe: {
        ...recipes.small,
        tokensPerStep: [
          [0, 128],
          [0.5, 256],
        ],
        lengths: [
          [0, 16],
          [0.4, 32],
        ],
        warmUpSteps: 5,
      },
      seed: 3,
      steps: 20,
      threads: 1,
      shards: inScratch('train'),
      heldOut: inScratch('heldOut'),
      scratch: inScratch('parity'),
    });
    expect(ours.at(-1)).toBeLessThan(0.9 * ours[0]!);
    expect(largestRelativeDifference).toBeLessThan(1e-4);
  });

  it('writes a model that our engine loads and scores alike', async () => {
    const { lines, code } = await train(argumentsFor('exported', '--steps', '20'));
    expect(code).toBe(0);
    const exported = await readCheckpoint(platform.files, inScratch('exported/model'));
    const { config, tensors, trainerState } = exported;
    // What is learnt on top of it is learnt here.
    const { preset } = trainerState;
    expect(recipeFor(trainerState)).toEqual(recipes[preset]);
    const decoder = new Decoder(compiled('baseline'), config, tensors, 'f32');
    const stream = readStream(inScratch('heldOut'));
    const context = config.maxPositionEmbeddings;
    let sum = 0;
    const windows = Math.floor((stream.length - 1) / context);
    for (let window = 0; window < windows; window++) {
      const ids = stream.subarray(window * context, (window + 1) * context + 1);
      sum += lossOf(decoder.all([...ids.subarray(0, context)]), ids, config.vocabSize);
    }
    const last = lines.find(({ event }) => event === 'held-out, all')!;
    expect(sum / (windows * context)).toBeCloseTo(last.loss, 4);
    const { bytes, tokens } = indexOf(inScratch('heldOut'));
    expect(last.bits_per_byte).toBeCloseTo((last.loss / Math.LN2 / bytes) * tokens, 6);
  });

  it('gives the same model from its checkpoint', async () => {
    expect((await train(argumentsFor('scored', '--steps', '4'))).code).toBe(0);
    const tokenizer = ['--tokenizer', inScratch('train/tokenizer.json')];
    run('export.py', inScratch('scored/checkpoint.pt'), inScratch('again'), ...tokenizer);
    const names = readdirSync(inScratch('again'));
    expect(names.sort()).toEqual(readdirSync(inScratch('scored/model')).sort());
    for (const name of names) {
      const before = readFileSync(inScratch(`scored/model/${name}`));
      expect(readFileSync(inScratch(`again/${name}`)).equals(before)).toBe(true);
    }
  });

  it('by two processes is that by one within 10⁻³, also where a step has fewer sequences than processes', async () => {
    const steps = ['--steps', '12', '--tokens-per-step', '0:32,0.3:224'];
    const alone = await losses(argumentsFor('alone', ...steps));
    const together = await losses(argumentsFor('together', ...steps), { processes: 2 });
    expect([...together.keys()]).toEqual([...alone.keys()]);
    for (const [step, loss] of alone) expect(Math.abs(together.get(step)! - loss) / loss).toBeLessThan(1e-3);
  });

  it('that is killed goes on at its last checkpoint with the same losses to the last bit', async () => {
    const steps = ['--steps', '16', '--checkpoint-seconds', '0'];
    const whole = await losses(argumentsFor('whole', ...steps));
    const killed = await train(argumentsFor('killed', ...steps), {
      onLine: ({ step }, processId) => {
        if (step === 7) process.kill(processId, 'SIGKILL');
      },
    });
    expect(killed.code).toBeNull();
    const { lines } = await train(argumentsFor('killed', ...steps));
    expect(resumedAt(lines)).toBeGreaterThanOrEqual(6);
    const rest = lossesOf(lines);
    expect(rest.size).toBeLessThanOrEqual(10);
    for (const [step, loss] of rest) expect(loss).toBe(whole.get(step));
    expect([...rest.keys()].at(-1)).toBe(16);
  });

  describe('by two processes', () => {
    const steps = ['--steps', '16', '--checkpoint-seconds', '0'];
    let undisturbed = new Map<number, number>();

    beforeAll(async () => {
      undisturbed = await losses(argumentsFor('undisturbed', ...steps), { processes: 2 });
    });

    it.each([
      ['first', 0],
      ['second', 1],
    ])(
      'that loses the %s is started again by torchrun and goes on at its last checkpoint with losses within 10⁻³',
      async (name, child) => {
        let lost = false;
        const { code, lines, stderr } = await train(argumentsFor(`lost-${name}`, ...steps), {
          processes: 2,
          onLine: ({ step }, launcher) => {
            if (lost || step !== 7) return;
            lost = true;
            const children = childrenOf(launcher);
            expect(children).toHaveLength(2);
            process.kill(children[child]!, 'SIGKILL');
          },
        });
        expect(code, stderr).toBe(0);
        expect(resumedAt(lines)).toBeGreaterThanOrEqual(6);
        expect(lines.at(-1)).toMatchObject({ event: 'done', step: 16 });
        const rest = lossesOf(lines.slice(lines.findIndex(({ event }) => event === 'resumed')));
        expect([...rest.keys()].at(-1)).toBe(16);
        for (const [step, loss] of rest) {
          expect(Math.abs(loss / undisturbed.get(step)! - 1)).toBeLessThan(1e-3);
        }
      },
    );
  });

  it.each([1, 2])(
    'by %i process(es) does not begin with a shard of which one bit is another',
    async (processes) => {
      cpSync(inScratch('train'), inScratch('flipped'), { recursive: true });
      // The second of two files: where there are two processes, it is not the first one that finds it.
      const file = indexOf(inScratch('flipped')).shards[0]!.file;
      const bytes = readFileSync(inScratch(`flipped/${file}`));
      bytes[1_000]! ^= 1;
      writeFileSync(inScratch(`flipped/${file}`), bytes);
      const args = argumentsFor(`flipped-out-${processes}`, '--steps', '2', '--train', inScratch('flipped'));
      const { code, lines, stderr } = await train(args, { processes });
      expect(code).toBe(1);
      expect(lines).toEqual([]);
      expect(stderr).toContain(`${file} of ${inScratch('flipped')} should have the SHA-256`);
    },
  );

  it('refuses to go on with another seed, and to be judged by other tokens', async () => {
    expect((await train(argumentsFor('seeded', '--steps', '1'))).code).toBe(0);
    const { code, stderr } = await train(argumentsFor('seeded', '--steps', '2', '--seed', '5'));
    expect(code).toBe(1);
    expect(stderr).toContain('is of a training with another seed; choose another --out');
    await nihilo('tokenize', path.join(root, 'extension', 'protocol'), '--shards', inScratch('foreign'));
    const foreign = await train(
      argumentsFor('foreign-out', '--steps', '1', '--held-out', inScratch('foreign')),
    );
    expect(foreign.stderr).toContain('should have the tokenizer of');
  });

  it('refuses text that is shorter than the context before it begins, not where it is scored in the end', async () => {
    const { tokens } = indexOf(inScratch('heldOut'));
    expect(tokens).toBeLessThan(indexOf(inScratch('train')).tokens);
    const { code, lines, stderr } = await train(
      argumentsFor('short', '--steps', '1', '--context', String(tokens)),
    );
    expect([code, lines]).toEqual([1, []]);
    expect(stderr).toContain(
      `${inScratch('heldOut')} should have more tokens than the context of ${tokens} and has ${tokens};`,
    );
  });
});

describe.skipIf(skipped)('a checkpoint', () => {
  it('leaves nothing of itself behind that could not be written, nor what a killed process has left', () => {
    const folder = inScratch('saves');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'checkpoint.pt'), 'before');
    writeFileSync(path.join(folder, 'checkpoint.pt.7.new'), 'half of it');
    const program = `
import sys
sys.path.insert(0, sys.argv[1])
import checkpoint

def fill(file):
    file.write(b"half of it")
    raise OSError("no space left on device")

try:
    checkpoint.write_atomically(sys.argv[2], fill)
except OSError as error:
    print(error)
`;
    const args = ['-c', program, path.join(root, 'distributed'), path.join(folder, 'checkpoint.pt')];
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    expect(execFileSync(python!, args, { env, encoding: 'utf8' })).toContain('no space left');
    expect(readdirSync(folder)).toEqual(['checkpoint.pt']);
    expect(readFileSync(path.join(folder, 'checkpoint.pt'), 'utf8')).toBe('before');
  });
});

describe.skipIf(skipped)('what travels', () => {
  it('is unpacked as it was packed, and a damaged shard is refused', () => {
    const transport = (...args: string[]): void => run('transport.py', ...args);
    transport('pack', inScratch('train'), inScratch('packed'));
    transport('unpack', inScratch('packed'), inScratch('unpacked'));
    const names = readdirSync(inScratch('train')).sort();
    expect(readdirSync(inScratch('unpacked')).sort()).toEqual(names);
    for (const name of names) {
      const before = readFileSync(inScratch(`train/${name}`));
      expect(readFileSync(inScratch(`unpacked/${name}`)).equals(before)).toBe(true);
    }
    cpSync(inScratch('heldOut/shards.json'), inScratch('packed/shards.json'));
    expect(() => transport('unpack', inScratch('packed'), inScratch('wrong'))).toThrow('pack it again');
  });
});

/** @throws {Error} with what it said, when it fails */
function run(program: string, ...args: string[]): void {
  execFileSync(python!, [path.join(root, 'distributed', program), ...args], { stdio: 'pipe' });
}

function resumedAt(lines: readonly LogLine[]): number {
  return lines.find(({ event }) => event === 'resumed')!.step;
}

/** Ids of the processes that a process started. */
function childrenOf(processId: number): number[] {
  const children = readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}

/** Σ of the cross-entropies, nats. @param ids one more than there are rows of logits */
function lossOf(logits: Float32Array, ids: Uint16Array, vocabSize: number): number {
  let sum = 0;
  for (let row = 0; row < ids.length - 1; row++) {
    const scores = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
    const most = Math.max(...scores);
    const total = scores.reduce((all, score) => all + Math.exp(score - most), 0);
    sum += most + Math.log(total) - scores[ids[row + 1]!]!;
  }
  return sum;
}
