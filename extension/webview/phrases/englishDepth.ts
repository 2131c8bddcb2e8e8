import { count } from '../figures.ts';

/** What Tokens, Vectors, Neurons and Learning say of the workspace, of the training, and of how a weight is nudged. */
export const englishDepth = {
  vocabularyHeading: (size: number) => `Vocabulary: ${count(size)} tokens, the most frequent first`,
  countedTokens: (total: number) => `Counted in all files that completions know: ${count(total)} tokens.`,
  taughtTokens: (total: number) => `Counted in the two sentences: ${count(total)} tokens.`,
  notCounted:
    'The files are not counted in this model’s tokens yet; the order is that of the IDs, by frequency in its training text.',
  chosenToken: 'Find the chosen token',
  chosenRank: (rank: number) => `It has rank ${count(rank)}.`,
  countColumn: 'Count',
  runningColumn: 'Running',
  shareSentence: (token: string) =>
    `How much of the text is “${token}”, and how much are it and all that are more frequent.`,
  cutHint: 'Hatched: bytes of a character that is cut across tokens.',
  neuronBars: (neurons: number, firing: number) =>
    `All ${count(neurons)} neurons as bars, the strongest first; above what they say, below their sums. The first ${count(firing)} fire.`,
  neuronRank: 'By strength',
  neuronAtRank: (rank: number, neuron: number, sum: string, said: string) =>
    `Number ${count(rank)}: neuron ${count(neuron)}, sum ${sum}, says ${said}`,
  readingMessage: 'The model reads the message…',
  foreignMessage: 'The model that read this message is another one now, or the message is forgotten.',
  callTokens: (tokens: number) => `The call: ${count(tokens)} tokens`,
  addedTokens: (tokens: number) => `Added by the answer: ${count(tokens)} tokens`,
  chosenTokens: (tokens: number) => `Written then, tokens: ${count(tokens)}`,
  addedToPrompt: (tokens: number) =>
    `Call and answer are ${count(tokens)} tokens in front of the place, for this completion alone; your text has none of them.`,
  messageProbabilities:
    'p is that of each token where it stands, among all tokens, by the transformer with its full numbers. Only the first one decides whether something is asked; function and argument follow from the place, and the answer is the editor’s.',
  longToken: 'The token has too many bytes for its merges to be shown.',
  mergeCount: (joined: string) => `count ${joined}`,
  mergeCountsHint:
    'The counts are those of the files that completions know, as they are now. When it was learnt, each pair was the most frequent that was left.',
  mergeSentence: (left: string, right: string) =>
    `How often “${left}” and “${right}” are joined in the files that completions know: each token that holds the joined pair, how often it holds it (k) times how often the token stands there (n).`,
  wholeNumbers: 'Whole numbers: nothing is rounded.',
  moment: 'From the start to now',
  momentNow: 'now',
  momentSeed: (seed: number) => `random numbers of seed ${seed}`,
  momentStep: (step: number) => `after step ${count(step)}`,
  driftHeading: 'How far it has come: solid, away from its start; dashed, cosine with now',
  driftPicture: 'How the token’s vector moved as the model learnt; the table below has the same numbers',
  driftTable: 'The way as numbers',
  driftDistance: 'From the start',
  keptRoughly: 'Those on the way are kept with 8 bits a number.',
  onlyStart: 'Of the way between them nothing was kept: there are the start and now.',
  change: 'Cosine with now',
  changeSentence: (moment: string) => `How alike the token’s vector is (${moment}) to what it is now.`,
  noMoments: {
    seed: 'What the vectors were before was not kept.',
    base: 'This model began with a pre-trained one; what its vectors were then is not kept with it.',
    unknown: 'This model came trained: what its vectors were at first is not known.',
  },
  optimizerHeading: (name: string) => `The same weight in a step of the training: ${name}`,
  adamwHint:
    'AdamW goes by the mean of the gradients so far, divided by how large they usually are; and each weight fades a little.',
  muonHint:
    'Muon makes of the momentum of a whole matrix the nearest one whose rows, or columns if fewer, have length 1 and right angles: o is this weight’s place in it, made of all its numbers at once. The tokens’ vectors learn by AdamW.',
  freshMoments:
    'What the training left behind is not kept with this model: the step begins with m = 0, as a first one.',
  keptMoments: (steps: number) => `With what ${count(steps)} steps of training have left behind.`,
  leastDecay:
    'How long the text of the training was is not kept with this model: the decay λ is the least that it takes, and is larger for a short text.',
  gradientRow: 'Gradient',
  normRow: 'Length of all gradients together',
  clipRow: 'Clipped: each is multiplied by',
  meanRow: 'Mean of the gradients',
  squareRow: 'Mean of their squares',
  momentumRow: 'Momentum',
  directionRow: 'Direction',
  scaleRow: 'Scale of the matrix',
  decayRow: 'Weight decay',
  weightRow: 'Weight',
  trainedStep: (before: string, after: string) =>
    `Such a step of all weights would change the mean loss of this text from ${before} to ${after}.`,
  passHeading: 'A whole pass on paper',
  passButtonHint:
    'Every number from the tokens to the loss, and the gradients of one step: with the results, or for you to compute.',
  passHint: (tokens: number) =>
    `${count(tokens)} tokens. A row of a step is a token, a row of a matrix makes one number: the dot product of it and the token’s row of the step before. Of the last layer only the last token goes on behind query, key and value.`,
  passTooLarge: 'This model has too many weights for paper: at most 4,096 fit.',
  passWeights: 'What was learnt',
  passSteps: 'From tokens to scores',
  passShares: 'Shares of attention, a row a head',
  passStep: 'One step of gradient descent',
  passGradient: 'gradient of',
  passLayer: (layer: number) => `layer ${layer}`,
  printBlank: 'Print, to fill in',
  flowHeading: (layer: number) => `How numbers flow: layer ${layer}`,
  flowHint:
    'Drawn from the calls that the engine made. A line at the side goes around: what comes between is added to it.',
  flowLayers: (first: number, last: number) =>
    first === last ? `layer ${first}` : `layers ${first} to ${last}`,
  flowReads: (sources: string) => `Reads: ${sources}.`,
  flowAdds: (sources: string) => `Is added to: ${sources}.`,
  flowGiven: (given: string) => `With: ${given}.`,
  flowKernels: (kernels: string) => `Kernels: ${kernels}.`,
  operations: {
    embedding: 'Token’s vector',
    inputNorm: 'To one size',
    queryKeyValue: 'Query, key, value',
    rotation: 'Rotated by position',
    attention: 'Attention',
    middle: 'Output matrix, added',
    middleNorm: 'To one size',
    up: 'Neurons’ sums',
    activated: 'ReLU, squared',
    output: 'Neurons’ output, added',
    finalNorm: 'To one size',
    logits: 'Scores',
  },
  tensors: { query: 'query', key: 'key', value: 'value' },
  gridHeading: 'All of the head in numbers: rows look at columns',
  gridSteps: 'Steps to the share',
  gridStep: {
    product: 'query · key',
    scaled: 'divided by √d',
    masked: 'masked: nothing looks ahead',
    power: 'e^ (less the largest)',
    share: 'divided by the row’s sum',
  },
  mapButton: 'Map of the text’s tokens',
  mapKept: (kept: string, x: string, y: string) =>
    `The plane on which their vectors differ most. It keeps ${kept} % of the variance (x ${x} %, y ${y} %): tokens that are far apart here are so, tokens that are near may not be.`,
  mapPicture: 'The tokens on a plane; the table below has the same numbers',
  mapTable: 'The map as numbers',
  firingLinesHeading: (neuron: number) => `Lines of the workspace that neuron ${count(neuron)} fires at most`,
  searchLines: 'Search the workspace',
  noWorkspaceText: 'There is no text to search: the files are not counted in this model’s tokens yet.',
  readSoFar: (read: number, toRead: number, tokens: number) =>
    `${count(read)} of ${count(toRead)} tokens read, spread over the workspace’s ${count(tokens)} …`,
  readAll: (read: number, tokens: number) =>
    `The strongest of ${count(read)} tokens, spread over the workspace’s ${count(tokens)}; each was read with what stands before it in its piece.`,
  neverFires: 'It fires at none of them.',
  lineColumn: 'Line',
  firedBy: 'Fired by',
};
