import { NihiloError } from '../protocol/errors.ts';
import { say, type SentenceValue } from '../protocol/sentence.ts';
import type { AskedChoices, TrainingChoices, UnsizedChoices } from '../protocol/training.ts';
import { defaultOptimizer } from './recipe.ts';
import { autoSize, type Circumstances } from './size.ts';

const defaults: UnsizedChoices = {
  preset: 'auto',
  vocabSize: null,
  seed: 1,
  reproducible: false,
  optimizer: defaultOptimizer,
  tokensPerStep: null,
  calls: false,
};

/** Only the command line goes on from a checkpoint. */
const options: Record<keyof TrainingChoices, string> = {
  preset: '--preset',
  vocabSize: '--vocab',
  seed: '--seed',
  reproducible: '--reproducible',
  optimizer: '--optimizer',
  tokensPerStep: '--tokens-per-step',
  calls: '--calls',
};

/**
 * What a training is made with: what was asked for; where nothing was, what the training that is gone on from began with, or the default.
 * @param before of the training that is gone on from, whose size `auto` keeps
 * @throws {NihiloError} argumentInvalid, when something else is asked for than that one began with: its end would be that of neither
 */
export function settleChoices(asked: AskedChoices, before: TrainingChoices | null): UnsizedChoices {
  const names = Object.keys(options) as (keyof TrainingChoices)[];
  const given = names.filter(
    (name) => asked[name] !== undefined && !(before !== null && asked[name] === 'auto'),
  );
  const other = given.find((name) => before !== null && asked[name] !== before[name]);
  if (other !== undefined) throw differs(options[other], before![other], asked[other]);
  const chosen = Object.fromEntries(given.map((name) => [name, asked[name]]));
  return { ...choicesOf(before ?? defaults), ...chosen };
}

/** With `auto` as what it comes to; a vocabulary that was asked for stays. */
export function sizeChoices(
  choices: UnsizedChoices,
  circumstances: Circumstances & { readonly base?: string | undefined },
): TrainingChoices {
  const { preset, vocabSize } = choices;
  if (preset !== 'auto') return { ...choices, preset };
  if (circumstances.base !== undefined) return { ...choices, preset: 'base', vocabSize: null };
  const size = autoSize(circumstances);
  return { ...choices, preset: size.preset, vocabSize: vocabSize ?? size.vocabSize };
}

/** Nothing else of what has more fields. */
export function choicesOf<Choices extends UnsizedChoices>(
  holder: Choices,
): Pick<Choices, keyof UnsizedChoices> {
  const { preset, vocabSize, seed, reproducible, optimizer, tokensPerStep, calls } = holder;
  return { preset, vocabSize, seed, reproducible, optimizer, tokensPerStep, calls };
}

function differs(option: string, before: unknown, asked: unknown): NihiloError {
  return new NihiloError(
    'argumentInvalid',
    say`To go on, ${option} should be ${inWords(before)}, as the training in --out began, and is ${inWords(asked)}; leave ${option} out to go on, or leave --resume out to begin again.`,
  );
}

function inWords(value: unknown): SentenceValue {
  if (typeof value === 'boolean') return value ? say`on` : say`off`;
  return value === null ? say`what the preset says` : String(value);
}
