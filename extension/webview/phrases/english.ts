import type { Place } from '../../protocol/inspector.ts';
import { englishCopied } from './copiedPhrases.ts';
import { englishDepth } from './englishDepth.ts';
import { count, decimal } from '../figures.ts';
import { trainingEnglish } from './trainingEnglish.ts';
import { englishTerms } from './stageTerms.ts';
import { englishTokenNames } from './tokenNames.ts';
import { englishFound } from './foundPhrases.ts';
import { englishWhy } from './whyPhrases.ts';

const frame = {
  language: 'en',
  title: 'Nihilo Inspector',
  loadingModel: 'Loading the model …',
  starting: 'Starting …',
  reading: 'Reading the tokens …',
  noModel:
    'There is no model of this workspace yet. Train one on your own files: it starts from random numbers and nothing leaves this machine.',
  firstTraining: 'There is no model of this workspace yet. The first one is being trained now.',
  train: 'Train on Workspace',
  trainAgain: 'Train Again',
  showLog: 'Show Log',
  cannotBeDrawn:
    'This can’t be shown: something went wrong in the Inspector. Choose something else; the log says what it was.',
  noText: 'There is no text to look at. Put the cursor into a file of your workspace.',
  pin: 'Pin',
  pinHint: 'Stay on this text while the cursor moves',
  isPinned: 'pinned',
  isFollowing: 'follows the cursor',
  place: (place: Place) => `${place.file}:${place.line}:${place.column}`,
  essayButton: 'Start from Nothing',
  model: {
    trained: {
      pencil: 'pencil model',
      small: 'your small model',
      default: 'your model',
      large: 'your large model',
      base: 'your model, pre-trained',
    },
    imported: 'imported model',
    base: 'base model',
    essay: 'the essay’s model',
    step: (steps: string) => `step ${steps}`,
    heldOut: (bits: string) => `held-out ${bits}`,
    meanLoss: (loss: string) => `mean loss ${loss}`,
    shape: (parameters: string, layers: number, heads: number, context: string) =>
      `${parameters} numbers, ${layers} × ${heads} heads, ${context} tokens at once; held-out loss is in bits per byte`,
  },
  drawSettings: 'How the next token is drawn',
  drawSeed: 'seed',
  stepButton: 'Step',
  stepHint: 'What one training step on this text would change; the model stays as it is',
  essayStepHint: 'Teach the example one step',
  pencilButton: 'Pencil',
  pencilHint: 'The calculation of the number that is looked at, or of the likeliest token’s probability',
  stagesLabel: 'Stages from text to prediction',
  tokensHeading: 'Tokens',
  tokensHint: (total: number, before: number) =>
    `${count(total)} tokens as the model sees them, ${count(before)} before the cursor. Arrow keys or a click choose one; the number under each is its ID.`,
  tokenName: (spoken: string, id: number) => `${spoken}, ID ${id}`,
  idName: (id: number) => `token ${count(id)}`,
  lookingAt: 'Now looking at',
  lookHint: 'Choose a number to see what it is made of. P opens its calculation.',
  whatToLookFor: 'What to look for',
};

const stages = {
  stages: {
    text: {
      name: 'Text',
      heading: 'The text, as the model reads it',
      look: 'The model never sees letters or lines: only these pieces. Look where your own words are whole, and where they are cut.',
    },
    tokens: {
      name: 'Tokens',
      heading: 'How the token came about',
      look: 'The tokenizer began with single bytes and joined the pair that occurred most often, again and again. What your code repeats is one token; what it says once stays in pieces.',
    },
    vectors: {
      name: 'Vectors',
      heading: 'A token as numbers',
      look: 'Every token is a list of numbers that started as random ones. Tokens that are used alike end up pointing the same way: their cosine is near 1.',
    },
    attention: {
      name: 'Attention',
      heading: 'Who looks at whom',
      look: 'A row looks back at columns; nothing looks ahead. Shares add up to 1. Many heads rest on the first token when they have nothing to say: hide it to see the others.',
    },
    mix: {
      name: 'Mix',
      heading: 'What is taken over',
      look: 'The values of the tokens that are looked at are added up by their shares. The result is added to the token’s own vector, which goes on.',
    },
    neurons: {
      name: 'Neurons',
      heading: 'Neurons that fire',
      look: 'A neuron whose sum is negative says nothing at all: ReLU makes it 0. Silence one and see whether the prediction needed it.',
    },
    scores: {
      name: 'Scores',
      heading: 'What may follow',
      look: 'One score for every token of the vocabulary, made into probabilities that add up to 1. Below: what the counts, the open file and the transformer each say, and what completions make of them.',
    },
    choice: {
      name: 'Choice',
      heading: 'One token is drawn',
      look: 'The same seed draws the same token. A higher temperature makes the pieces more alike; at 0 the likeliest token has the whole ruler.',
    },
    messages: {
      name: 'Messages',
      heading: 'What the model asks the editor',
      look: 'A name that is defined elsewhere is in no text before the cursor. A model that was trained with messages asks for it by special tokens; the editor answers, and only what it returned can be chosen. It is off unless nihilo.functionCalling is on, and in Restricted Mode nothing is asked.',
    },
    why: {
      name: 'Why?',
      heading: 'Why this token?',
      look: 'Remove a line and ask again: that is a cause. Where the heads looked is not. Everything here is the transformer’s part; what the counts say stands in Scores.',
    },
    learning: {
      name: 'Learning',
      heading: 'How it would learn from this',
      look: 'The score of the true token is pushed up, all others are pushed down, by exactly p − 1 and p. Every weight goes a small step against its gradient.',
    },
  },
  live: {
    text: (bytes: number) => `${count(bytes)} bytes`,
    tokens: (tokens: number) => `${count(tokens)} tokens`,
    vectors: (dimensions: number) => `${count(dimensions)} each`,
  },
  textCounts: (tokens: number, bytes: number, cursor: number) =>
    `${count(bytes)} bytes in ${count(tokens)} tokens: ${decimal(bytes / Math.max(1, tokens), 2)} bytes a token; ${count(cursor)} tokens before the cursor.`,
  mergesHeading: 'Merges',
  mergesHint: 'Single bytes first; then always the pair that was learnt earliest.',
  noMerges: 'Nothing was merged for this token.',
  mergeNumber: (merge: number) => `merge ${count(merge)}`,
  comparedWith: 'compared with',
  similarity: 'Similarity',
  dotProduct: 'Dot product',
  cosine: 'Cosine',
  vectorOf: (id: number) => `Vector of token ${count(id)}`,
  dimensions: (size: number) => `${count(size)} numbers`,
  neighboursHeading: 'Nearest tokens',
  boardHeading: 'Vectors on a draughts board',
  boardHint: 'A place on the board is a vector of two numbers, row and column. Their dot products:',
  boardPicture: 'A board with black pieces at 1,1 and 2,2 and red pieces at 3,1 and 1,3',
  headsHeading: 'Layers and heads',
  layer: (layer: number) => `layer ${layer}`,
  layerLabel: 'Layer',
  headLabel: 'Head',
  headName: (layer: number, head: number) => `layer ${layer}, head ${head}`,
  headPicture: (layer: number, head: number) =>
    `Attention of layer ${layer}, head ${head}: rows look at columns; the chosen row is in the table beside it`,
  headCaption:
    'Rows look back at columns. Point at a pair, or go there by the arrow keys, to see its share; a click or Enter chooses it, P opens its calculation.',
  looksNotAhead: 'does not look ahead at',
  looksMostAt: 'Most at ',
  pictureScale: (tokens: number) =>
    `A cell is about ${decimal(tokens, 1)} × ${decimal(tokens, 1)} tokens: the largest share among them. The row of the chosen token is exact in the table.`,
  blockLooks: (looking: string, looked: string, share: string) =>
    `Tokens ${looking} look at tokens ${looked}: ≈ ${share} at most`,
  blockLooksNotAhead: (looking: string, looked: string) =>
    `Tokens ${looking} do not look ahead to tokens ${looked}`,
  blockLooksMost: (looking: string, looked: string, share: string) =>
    `Tokens ${looking} look most at tokens ${looked}: ≈ ${share}`,
  query: 'Query before the rotation',
  rotatedQuery: 'Query, rotated by its position',
  key: (token: string) => `Key of “${token}” before the rotation`,
  rotatedKey: (token: string) => `Key of “${token}”, rotated by its position`,
  valueVector: (token: string) => `Value of “${token}”`,
  normalVector: 'The token’s vector, brought to one size',
  addedByNeurons: 'What the neurons add',
  afterNeurons: 'The token’s vector after the neurons',
  lastVector: 'The last vector, brought to one size: times a token’s vector it is the token’s score',
  hideFirst: (share: string) => `hide the first token (share ${share})`,
  looksBack: 'looks back at',
  share: 'Share',
  mixedFrom: 'Mixed from the values of',
  contextVector: 'Context vector of the head: Σ share × value',
  attended: 'Of all heads, through the output matrix',
  beforeAttention: 'The token’s vector before',
  afterAttention: 'The token’s vector after: before + attention',
  firing: (firing: number, neurons: number) => `${count(firing)} of ${count(neurons)} neurons fire.`,
  neuronsHeading: 'Neurons, the strongest first',
  neuron: 'Neuron',
  beforeReLU: 'Sum',
  afterReLU: 'max(0, sum)²',
  silence: (neuron: number) => `Silence neuron ${count(neuron)}`,
  guesses: 'Likeliest tokens',
  guessesSilenced: 'Without this neuron',
};

const prediction = {
  scoresHeading: 'What may follow',
  scoresCaption: (listed: number) =>
    `The ${listed} most likely next tokens and one row for all others; the probabilities add up to 1.`,
  rank: '#',
  id: 'ID',
  token: 'Token',
  logit: 'Logit',
  probability: 'Probability',
  filtered: 'Filtered',
  greedyScores:
    'T = 0: nothing is divided and nothing is drawn. The token with the largest score is taken, of equal ones the more frequent: its probability is 1, and that of all others 0.',
  others: (total: number) => `all ${count(total)} others`,
  total: 'total',
  entropyName: 'Entropy',
  entropy: (bits: number) => `bits: as unsure as a fair pick among ${decimal(2 ** bits, 1)} tokens.`,
  actualMark: 'the true next token',
  actualBefore: 'What really follows:',
  actualRank: (rank: number, total: number) => `rank ${count(rank)} of ${count(total)}, probability`,
  surpriseBefore: ',',
  surpriseAfter: 'bits of surprise.',
  filteredSentence:
    'Its share among the tokens that top-k and top-p leave: the same softmax, over these alone.',
  othersSentence: (others: number) =>
    `The probability of all ${count(others)} others: what the tokens listed leave of 1.`,
  totalSentence: 'All that is listed, and all others, added up.',
  noActual: 'The text ends here, so there is no true next token to compare with.',
  layersHeading: 'What each layer would say',
  layersHint:
    'As if it were the last one (raw logit lens): layers before the last were not made to be read so.',
  temperature: 'Temperature',
  topK: 'Top-k (0: all)',
  topP: 'Top-p',
  seed: 'Seed',
  openInspector: 'Open in Inspector',
  partsHeading: 'What completions are made of',
  partsHint:
    'Each part’s own probability of the token, and the mixed one. Completions compute the transformer with 8-bit weights, or hear a server’s; the stages show the one here in float32, so its column may differ from the table above.',
  noParts:
    'The counts of the workspace are not ready, are of another tokenizer, or this text holds a secret: there is no mixture to show.',
  noTransformer: 'Completions come from counts alone at the moment.',
  parts: {
    project: 'Project counts',
    file: 'This file',
    backOff: 'Back-off',
    transformer: 'Transformer',
    constant: 'Constant',
    limits: 'Limits',
    mixed: 'Mixed',
  },
  decisionsHeading: (decisions: number) => `${count(decisions)} decisions on the way to`,
  decisionsLabel: 'Decisions',
  stretchedSentence: (decision: number) => `What all parts push for in decision ${decision}: their sum s.`,
  decidedSentence: (decision: number) =>
    `The probability of side 1 in decision ${decision}: 1 ÷ (1 + e^−s), which is the softmax of s and 0.`,
  decisionsHint:
    'A token is reached by yes-or-no decisions. In each the parts’ pushes add up to s; the last column is the probability of the side that the token is on.',
  corrected: 'Corrected',
  ofTheSide: 'Of its side',
  productOfSides: 'product of the last column',
  drawn: (draw: string) => `The seed’s number is ${draw}: it falls into`,
  greedy: 'The likeliest is',
  rulerPicture: 'A ruler from 0 to 1, cut by probabilities; the table below has the same numbers',
  intervals: 'Pieces of the ruler',
  from: 'from',
  to: 'to',
  noMessages: 'Nothing was asked in this window yet.',
  messagesHeading: 'Messages of this window, the last first',
  messageTool: 'Function',
  messageArgument: 'Argument',
  messageAsked: 'How likely such a name comes here',
  messageReturned: 'Names that were returned and fit',
  messageChosen: 'Chosen among the names shown',
  moreIntervals: (others: number) => `${count(others)} more tokens share the rest of the ruler.`,
  loss: 'Loss',
  blind: (vocabulary: number) => `nats. Guessing blindly among ${count(vocabulary)} tokens costs`,
  blindSentence: (vocabulary: number) =>
    `What a blind guess costs: each of ${count(vocabulary)} tokens has the probability 1 ÷ ${count(vocabulary)}.`,
  errorsHeading: 'Gradient at the scores',
  errorColumn: 'p − y',
  weightHeading: 'One weight',
  matrix: 'Matrix',
  matrices: {
    embedding: 'the tokens’ vectors',
    qkv: 'queries, keys, values',
    output: 'attention output',
    up: 'neurons, up',
    down: 'neurons, down',
  },
  row: 'Row',
  column: 'Column',
  step1: (before: string, after: string) =>
    `One step down all gradients of this text would change its mean loss from ${before} to ${after}.`,
  step1Here: (before: string, after: string) =>
    `The probability of what follows here would go from ${before} to ${after}. The model stays as it is.`,
};

/** A vector's number in words. @param more about the vector */
const numberOf =
  (vector: string, more = '') =>
  (place: string, at: string, i: number) =>
    `Number ${i} of the ${vector} of ${at}${more}, ${place}.`;

const pencil = {
  pencilHeading: 'Pencil check',
  checkByPencil: 'Check by pencil',
  backToStage: 'Back',
  shortSheet: 'short sheet',
  blankSheet: 'blank sheet',
  sheetBegun: 'The model has learnt since this sheet was begun; the sheet goes on with the numbers of then.',
  copy: 'Copy as text',
  csv: 'Save as CSV',
  print: 'Print',
  convention: (products: number, totals: number) =>
    `Products have ${products} decimals, totals ${totals}; halves are rounded away from zero. Quotients in brackets stay in the calculator.`,
  linesLabel: 'Lines of the calculation',
  called: 'Name',
  madeOf: 'Made of',
  value: 'Value',
  givenRest: '… the rest (not checked by you)',
  answerOf: (line: number) => `Answer of line ${line}`,
  nothingWrong: 'Nothing is wrong so far.',
  firstWrong: (line: number) => `Line ${line} is the first that comes out differently.`,
  result: 'Result',
  fromShown: 'from the numbers shown',
  inMachine: 'in the machine',
  differs: 'differs',
  bound: 'at most (rounding)',
  numbersNamed: {
    similarity: (a: string, b: string) => `How alike the vectors of ${a} and ${b} are.`,
    score: (place: string, from: string, to: string) =>
      `Attention score, ${place}: the query of ${from} times the key of ${to}, divided by √d.`,
    weight: (place: string, from: string, to: string) =>
      `Attention share, ${place}: how much of what ${from} takes over comes from ${to}.`,
    query: numberOf('query'),
    key: numberOf('key'),
    value: numberOf('value'),
    rotatedQuery: numberOf('query', ', rotated by its position'),
    rotatedKey: numberOf('key', ', rotated by its position'),
    context: (place: string, at: string, i: number) =>
      `Number ${i} of the context vector of ${at}, ${place}: shares times values.`,
    inputNorm: numberOf('vector', ', brought to one size before attention'),
    middleNorm: numberOf('vector', ', brought to one size before the neurons'),
    attended: (place: string, at: string, i: number) =>
      `Number ${i} of what attention adds to ${at}, ${place}.`,
    middle: (place: string, at: string, i: number) =>
      `Number ${i} of the vector of ${at} after attention, ${place}: before + what was added.`,
    neuron: (place: string, at: string, i: number) => `The sum of neuron ${i} at ${at}, ${place}.`,
    lineSum: (place: string, i: number) => `The sum of neuron ${i} at a token of that line, ${place}.`,
    lineActivation: (place: string, i: number) =>
      `What neuron ${i} says at a token of that line, ${place}: nothing if its sum is negative, else its square.`,
    activation: (place: string, at: string, i: number) =>
      `What neuron ${i} says at ${at}, ${place}: nothing if its sum is negative, else its square.`,
    down: (place: string, at: string, i: number) => `Number ${i} of what the neurons add to ${at}, ${place}.`,
    output: numberOf('vector', ' after the neurons'),
    finalNorm: (at: string, i: number) => `Number ${i} of the last vector of ${at}, brought to one size.`,
    logit: (token: string, at: string) =>
      `The score of ${token} after ${at}: the last vector times the vector of ${token}.`,
    error: (token: string, at: string) =>
      `The gradient at the score of ${token} after ${at}: its probability, less 1 if it is what came.`,
    probability: (token: string, at: string, temperature: number) =>
      `The probability of ${token} after ${at}${temperature === 1 ? '' : ` at T = ${temperature}`}.`,
    interval: (token: string, at: string) => `The piece of the ruler that ${token} has after ${at}.`,
    entropy: (at: string) => `How unsure the model is after ${at}.`,
    loss: (at: string) => `How surprised the model is by what follows ${at}.`,
    gradient: (matrix: string, place: string, row: number, col: number) =>
      `The gradient of one weight (${matrix}, ${place}, row ${row}, column ${col}): over all tokens, what its row was wrong by times what its column said.`,
    optimizerStep: (matrix: string, place: string, row: number, col: number) =>
      `One weight (${matrix}, ${place}, row ${row}, column ${col}) after a step of the training’s optimizer.`,
    descent: (matrix: string, place: string, row: number, col: number) =>
      `One weight (${matrix}, ${place}, row ${row}, column ${col}) after a step: less its gradient times the learning rate.`,
  },
};

const essay = {
  essayHeading: 'From nothing: the essay’s two sentences',
  beginAgain: 'Begin again',
  teach: (steps: number) => (steps === 1 ? 'One step' : `${count(steps)} steps`),
  leaveEssay: 'Back to my code',
  essayStands: (step: string, loss: string) => `Step ${step}, mean loss ${loss}.`,
  essaySays: (word: string) => `After “an apple a day keeps the doctor” it says “${word}”, p =`,
  essayLearnt: 'That is what the sentence says.',
  essayTruth: 'What is true is “away”, p =',
  essayDiverged:
    'The last step was taken back: at this learning rate the numbers grow without end. Choose a lower one in Learning.',
  lossLine: 'Mean loss after each step',
};

/** Every sentence of the Inspector, in English. */
export const english = {
  ...frame,
  ...stages,
  ...englishTerms,
  ...englishDepth,
  ...englishFound,
  ...prediction,
  ...englishWhy,
  ...pencil,
  ...englishCopied,
  ...essay,
  ...trainingEnglish,
  ...englishTokenNames,
};
