import { describe, expect, it } from 'vitest';
import { NihiloError } from '../../extension/protocol/errors.ts';
import type { AskedChoices, TrainingChoices } from '../../extension/protocol/training.ts';
import { choicesOf, settleChoices, sizeChoices } from '../../extension/training/choices.ts';
import { autoSize } from '../../extension/training/size.ts';

const before: TrainingChoices = {
  preset: 'small',
  vocabSize: 500,
  seed: 7,
  reproducible: false,
  optimizer: 'adamw',
  tokensPerStep: null,
  calls: true,
};

function refusal(asked: AskedChoices, began: TrainingChoices): string {
  try {
    settleChoices(asked, began);
  } catch (error) {
    if (error instanceof NihiloError && error.code === 'argumentInvalid') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('settleChoices', () => {
  it('takes what was asked for, and the defaults where nothing was', () => {
    expect(settleChoices({}, null)).toEqual({
      preset: 'auto',
      vocabSize: null,
      seed: 1,
      reproducible: false,
      optimizer: 'muon',
      tokensPerStep: null,
      calls: false,
    });
    expect(settleChoices({ ...before, seed: undefined }, null)).toEqual({ ...before, seed: 1 });
  });

  it('takes what the training that is gone on from began with where nothing was asked for, and the same where the same was', () => {
    expect(settleChoices({}, before)).toEqual(before);
    expect(settleChoices({ preset: undefined, seed: 7 }, before)).toEqual(before);
    expect(settleChoices(before, { ...before })).toEqual(before);
  });

  it('keeps the size that a training began with where it is to be chosen by text and time', () => {
    expect(settleChoices({ preset: 'auto' }, before)).toEqual(before);
  });

  it.each([
    [{ preset: 'default' }, '--preset', 'small', 'default'],
    [{ vocabSize: 501 }, '--vocab', '500', '501'],
    [{ seed: 8 }, '--seed', '7', '8'],
    [{ reproducible: true }, '--reproducible', 'off', 'on'],
    [{ optimizer: 'muon' }, '--optimizer', 'adamw', 'muon'],
    [{ tokensPerStep: 64 }, '--tokens-per-step', 'what the preset says', '64'],
  ] as const)('refuses %o in one sentence: expected, got, what to do', (asked, option, was, is) => {
    expect(refusal(asked, before)).toBe(
      `To go on, ${option} should be ${was}, as the training in --out began, and is ${is}; leave ${option} out to go on, or leave --resume out to begin again.`,
    );
  });

  it('choicesOf keeps the choices and nothing else', () => {
    expect(choicesOf({ ...before, step: 3 } as TrainingChoices)).toEqual(before);
  });
});

describe('sizeChoices', () => {
  const circumstances = { trainBytes: 1_000_000, threads: 2, stop: { seconds: 60 } };

  it('says what auto comes to, and leaves everything else', () => {
    const { vocabSize: _, ...rest } = before;
    const auto = { ...rest, preset: 'auto', vocabSize: null } as const;
    expect(sizeChoices(auto, circumstances)).toEqual({ ...before, ...autoSize(circumstances) });
  });

  it('changes neither a preset nor a vocabulary that was asked for', () => {
    expect(sizeChoices(before, circumstances)).toEqual(before);
    expect(sizeChoices({ ...before, preset: 'auto', vocabSize: 500 }, circumstances)).toEqual({
      ...before,
      preset: autoSize(circumstances).preset,
      vocabSize: 500,
    });
  });
});
