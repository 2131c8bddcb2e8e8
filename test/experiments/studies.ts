import type { Settings } from './settings.ts';

/** A question, and the trainings that answer it: every variant on every corpus with every seed, all with the same arithmetic. */
export interface Study {
  readonly question: string;
  /** what the results say, without figures: those are in the table */
  readonly answer: string;
  /** arithmetic of one training, 10¹² operations */
  readonly tflop: number;
  readonly corpora: readonly string[];
  readonly seeds: readonly number[];
  readonly base: Settings;
  /** what the variants are compared with, where another study has run it; else the first of them */
  readonly reference?: { readonly study: string; readonly variant: string };
  /** what is changed in the base, by a name that says it */
  readonly variants: Readonly<Record<string, Partial<Settings>>>;
}

/** What a user got before the first experiment. */
const before: Settings = {
  vocabSize: 2_048,
  hiddenSize: 128,
  numHiddenLayers: 4,
  numAttentionHeads: 4,
  maxPositionEmbeddings: 256,
  embeddingStd: 0.05,
  inputNoise: 0,
  decayGrowth: 0,
  optimizer: 'adamw',
  tokensPerStep: [[0, 1_024]],
  tokensPerMicroBatch: 1_024,
  lengths: [
    [0, 64],
    [0.4, 128],
    [0.7, 256],
  ],
  peakLearningRate: 0.003,
  outerRate: 1,
  warmUpSteps: 50,
  decayFrom: 0.5,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  momentum: 0.95,
  weightDecay: 0.1,
  embeddingDecay: 0.1,
  readingsKept: Infinity,
  // Experiments score averages of their own.
  averagedShare: 0,
  clip: 1,
  gentleShare: 0.1,
};

const shape = (hiddenSize: number, numHiddenLayers: number, head = 32): Partial<Settings> => ({
  hiddenSize,
  numHiddenLayers,
  numAttentionHeads: hiddenSize / head,
});

/** Where evaluation by others said the best lies. */
const muon: Partial<Settings> = { optimizer: 'muon', peakLearningRate: 0.01, outerRate: 2 };
const start: Settings = { ...before, ...shape(96, 2), ...muon, embeddingStd: 0.1 };

const growing: Settings = {
  ...start,
  peakLearningRate: 0.007,
  outerRate: 3,
  embeddingDecay: 0.05,
  decayGrowth: 4,
};
const fading: Settings = { ...growing, decayGrowth: 0, readingsKept: 1 };
const wider: Settings = { ...fading, ...shape(128, 4), peakLearningRate: 0.006, outerRate: 20 / 6 };
const grown = 'decay .1 · (1 + 4 epochs), of the embedding .05 · (1 + 4 epochs)';
const reference = { study: 'growth', variant: grown };
const adamw: Partial<Settings> = { optimizer: 'adamw', peakLearningRate: 0.004, outerRate: 5 };

const quick = { tflop: 1.25, corpora: ['werkzeug'], seeds: [1] } as const;
const screening = { tflop: 2.5, corpora: ['rxjs', 'werkzeug'], seeds: [1] } as const;

export const studies: Readonly<Record<string, Study>> = {
  first: {
    question: 'How far is the default from what others found?',
    answer:
      'Far: a model of less than half the size, which reads the text more often for the same arithmetic, is much better, and with Muon and a faster embedding, changed together, better still on one of the two.',
    ...screening,
    base: before,
    variants: {
      'as before: 128 × 4, AdamW': {},
      '96 × 2, AdamW': shape(96, 2),
      '96 × 2, Muon .01, embedding .02': { ...start },
    },
  },
  rates: {
    question: 'Which learning rates, of the hidden matrices under Muon and of the embedding?',
    answer:
      'Muon .005 to .01 with an embedding rate of .02; .02 for Muon is too fast. AdamW with the same fast embedding is ahead of all of them here, by less than what counts as noise.',
    ...quick,
    base: start,
    variants: {
      'Muon .01, embedding .02': {},
      'Muon .02, embedding .02': { peakLearningRate: 0.02, outerRate: 1 },
      'Muon .005, embedding .02': { peakLearningRate: 0.005, outerRate: 4 },
      'Muon .01, embedding .01': { outerRate: 1 },
      'AdamW .004, embedding .02': { optimizer: 'adamw', peakLearningRate: 0.004, outerRate: 5 },
    },
  },
  repetition: {
    question: 'What helps against learning a small text by heart?',
    answer:
      'Weight decay, far stronger than usual, and of the embedding first of all. Exchanging input tokens helps less.',
    tflop: 1.25,
    corpora: ['mobx'],
    seeds: [1],
    base: start,
    variants: {
      'decay .1, of the embedding .1': {},
      'decay .1, of the embedding .5': { embeddingDecay: 0.5 },
      'decay 1, of the embedding .1': { weightDecay: 1 },
      'decay 1, of the embedding .5': { weightDecay: 1, embeddingDecay: 0.5 },
      'decay .1/.1, 10 % of the input exchanged': { inputNoise: 0.1 },
      'decay 2, of the embedding 1': { weightDecay: 2, embeddingDecay: 1 },
    },
  },
  decay: {
    question:
      'Do strong decays go with either optimizer, with text that is read twice as well as with text that is read eight times?',
    answer:
      'No: what saves the small text costs the larger one (see the rates above), whatever the optimizer. Muon is ahead of AdamW on both, by less than what counts as noise.',
    tflop: 1.25,
    corpora: ['mobx', 'werkzeug'],
    seeds: [1],
    base: { ...start, ...adamw },
    variants: {
      'AdamW, decay 4, of the embedding 1': { weightDecay: 4, embeddingDecay: 1 },
      'Muon .007, decay 2, of the embedding 1': {
        optimizer: 'muon',
        peakLearningRate: 0.007,
        outerRate: 3,
        weightDecay: 2,
        embeddingDecay: 1,
      },
    },
  },
  growth: {
    question: 'Does a decay that grows with every time that the text has been read suit both?',
    answer:
      'It seems so: on mobx as good as the strong decay, on werkzeug below every constant decay above; but the learning rates of those differ, and no constant .1 was run with this one. With it, exchanging input tokens harms.',
    tflop: 1.25,
    corpora: ['mobx', 'werkzeug'],
    seeds: [1],
    reference: { study: 'decay', variant: 'Muon .007, decay 2, of the embedding 1' },
    base: { ...start, peakLearningRate: 0.007, outerRate: 3 },
    variants: {
      [grown]: {
        embeddingDecay: 0.05,
        decayGrowth: 4,
      },
      'the same, 10 % of the input exchanged': { embeddingDecay: 0.05, decayGrowth: 4, inputNoise: 0.1 },
    },
  },
  batch: {
    question: 'How many tokens a step, and how long the sequences?',
    answer:
      '1,024 tokens, in this budget. Sequences that grow are better than long ones throughout. Where the cool-down begins makes no difference.',
    ...quick,
    reference,
    base: growing,
    variants: {
      '512 tokens a step': { tokensPerStep: [[0, 512]] },
      '2,048 tokens a step': { tokensPerStep: [[0, 2_048]], tokensPerMicroBatch: 2_048 },
      '1,024, sequences of 256 throughout': { lengths: [[0, 256]] },
      '1,024, cool-down from 30 %': { decayFrom: 0.3 },
    },
  },
  vocabulary: {
    question: 'How many tokens in the vocabulary?',
    answer:
      '2,048 are better than half as many, even for a quarter of a megabyte of text. More were not tried.',
    tflop: 1.25,
    corpora: ['mobx', 'werkzeug'],
    seeds: [1],
    reference,
    base: growing,
    variants: {
      '1,024': { vocabSize: 1_024 },
    },
  },
  details: {
    question: 'Is there more in the embedding, the growth of the decay or shorter sequences?',
    answer: 'None of these is better; all but one are within noise of where they were put.',
    ...quick,
    reference,
    base: growing,
    variants: {
      'embedding .05 at first, not .1': { embeddingStd: 0.05 },
      'decay grows by 8 a pass, not by 4': { decayGrowth: 8 },
      'embedding rate .035, not .021': { outerRate: 5 },
      'sequences of 32 at first, 256 only in the last tenth': {
        lengths: [
          [0, 32],
          [0.2, 64],
          [0.5, 128],
          [0.9, 256],
        ],
      },
    },
  },
  longer: {
    question: 'Does the growing decay hold in a longer training?',
    answer:
      'No: most of the arithmetic was without effect. Held-out text was at 1.9 to 2.0 bits per byte until the cool-down, and the training loss in the end was hardly below that of the short training: decay of 33 times its start takes more than a step can teach.',
    tflop: 6,
    corpora: ['werkzeug'],
    seeds: [1],
    base: growing,
    variants: {
      '96 × 2': {},
    },
  },
  fading: {
    question:
      'Does a decay that makes weights fade in one reading of the text, whatever its size, suit all of them?',
    answer:
      'It is as good as the growing decay in a short training, and it does not grow. A long training with it was not run, so that it cures the above is expected, not shown.',
    tflop: 1.25,
    corpora: ['werkzeug', 'mobx'],
    seeds: [1],
    reference,
    base: fading,
    variants: {
      'fades in 1 reading': {},
      'fades in 2 readings': { readingsKept: 2 },
    },
  },
  size: {
    question: 'Which size is best for the arithmetic of two and a half minutes on two cores?',
    answer:
      'The larger: it is ahead on both, though it has read the text a third as often. In a tenth of the arithmetic the smaller was (confirmation, with the former recipe); where they meet lies between.',
    tflop: 12,
    corpora: ['werkzeug', 'cobra'],
    seeds: [1],
    base: fading,
    variants: {
      '96 × 2': {},
      '128 × 4': wider,
    },
  },
  repeats: {
    question: 'What helps where five minutes are many readings of a small text?',
    answer:
      'Averaging the weights, more than anything else here (see the last table): the last weights have learnt by heart what an average over 200 steps forgets. Exchanging input tokens or a faster fading helps the last weights, and adds little to the average.',
    tflop: 24,
    corpora: ['jinja2'],
    seeds: [1],
    base: wider,
    variants: {
      '128 × 4': {},
      '10 % of the input exchanged': { inputNoise: 0.1 },
      'fades in a third of a reading': { readingsKept: 0.33 },
    },
  },
  fewerRepeats: {
    question: 'And where two minutes are nine readings of it?',
    answer:
      'Less: two fifths of the arithmetic did better than all of it with the last weights, and worse with averages.',
    tflop: 9,
    corpora: ['jinja2'],
    seeds: [1],
    base: wider,
    variants: {
      '128 × 4': {},
      '10 % of the input exchanged': { inputNoise: 0.1 },
    },
  },
  confirmation: {
    question: 'Does what was found on two corpora hold on others?',
    answer:
      'All of it together does, on three that were not looked at before. How much is due to the size, which the first study says is most, and how much to the rest is not told apart here.',
    tflop: 1.25,
    corpora: ['jinja2', 'cobra', 'eslint'],
    seeds: [1, 2],
    base: fading,
    variants: {
      'as before: 128 × 4': before,
      '96 × 2, all of the above': {},
    },
  },
};
