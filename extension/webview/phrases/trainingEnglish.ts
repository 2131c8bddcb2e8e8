import type { TrainingPhase } from '../../protocol/inspector.ts';

type PhaseNames = Readonly<Record<Exclude<TrainingPhase, 'none'>, string>>;

const phases: PhaseNames = {
  reading: 'Reading the files',
  tokenizing: 'Tokenizing the text',
  preparing: 'Preparing',
  training: 'Training',
  evaluating: 'Measuring the held-out loss',
  saving: 'Saving',
  done: 'Training finished',
  cancelled: 'Training stopped; the best model so far is kept',
  failed: 'Training failed',
};

/** What the view of a training says, in English. */
export const trainingEnglish = {
  phases,
  nothingKept: 'Training stopped; nothing new was kept',
  lastKept: 'Training stopped; the last saved model is kept',
  sentenceEnd: '.',
  stepSentence: (step: string) => `Step ${step}.`,
  trainLossSentence: (loss: string) => `Train loss ${loss} bits per byte.`,
  heldOutSentence: (loss: string) => `Held-out loss ${loss}.`,
  bestSentence: (loss: string, step: string) => `Best ${loss} at step ${step}.`,
  memorises: 'The held-out loss has risen three times running: the text is being memorised.',
  leftSentence: (time: string) => `About ${time} left.`,
  driftLink: 'How far the chosen token’s vector has come',
  noBetter: (checks: string, since: string, all: string) =>
    `No better for ${checks} checks, ${since} of ${all} so far. Stop?`,
  cpuSoFar: (time: string) =>
    `All threads of it together have had ${time} of processor time; its energy is not known.`,
  cpuTime: 'Processor time',
  stopTraining: 'Stop and keep the best',
  trainingHeading: 'Training',
  lossAxis: 'bits per byte',
  over: 'Over',
  axes: { step: 'step', epoch: 'epoch', seconds: 'time' },
  logX: 'logarithmic across',
  logY: 'logarithmic upwards',
  moment: 'Moment',
  when: (step: string, epoch: string, time: string) => `step ${step} · epoch ${epoch} · ${time}`,
  readoutCaption: (step: string) =>
    `All curves at step ${step}; losses in bits per byte. Between the held-out and the smoothed train loss the gap is shaded.`,
  trainSeries: 'train',
  smoothedSeries: (steps: string) => `train, smoothed over ${steps} steps`,
  heldOutSeries: 'held-out',
  gap: 'gap: held-out less train',
  bestSeries: 'best held-out',
  blindSeries: 'blind guess',
  blindNote: (tokens: string, nats: string) =>
    `ln ${tokens} = ${nats} nats per token: every token is as likely as any other`,
  frequencySeries: 'frequency only',
  frequencyNote: (nats: string) => `${nats} nats per token: knows how often each token comes, and no context`,
  atStep: (step: string) => `at step ${step}`,
  clipped: (limit: string) => `scaled down to ${limit}`,
  step: 'Step',
  epoch: 'Epoch',
  time: 'Time',
  tokensPerSecond: 'Tokens/s',
  learningRate: 'Learning rate',
  gradientNorm: 'Gradient norm',
  curvesCsv: 'Save curves as CSV',
  remaining: 'Time left',
  unknown: '–',
  notDrawn: (reason: string) =>
    `The curves can't be drawn: ${reason}. All their numbers stand below. If it happens again, reload the window or install Nihilo again.`,
  tryAgain: 'Try again',
  chartLabel:
    'Curves of the training and held-out loss, with a blind guess and frequencies as lines across; the tables below have the same numbers.',
  figureLabel: (name: string) => `${name} over the same steps; the table below has the same numbers.`,
  numbers: 'Held-out loss as numbers',
  best: 'best',
  samplesHeading: 'What it writes as it learns',
  samplesLook:
    'Always from the same place, in a file that it does not learn from, and always by the likeliest token. What is new since the sample before is underlined, what is gone is struck through.',
  promptName: 'It goes on from here:',
  promptTruth: 'The file itself goes on:',
  sampleStep: (step: string) => `Step ${step}`,
  sampleChanged: (changed: string, all: string) => `${changed} of ${all} tokens are new.`,
  sampleEnded: '(the text would end here)',
};
