import { count } from './figures.ts';

/** What Tokens, Vectors, Neurons and Learning say of the workspace, of the training, and of how a weight is nudged. */
export const englishDepth = {
  vocabularyHeading: (size: number) => `Vocabulary: ${count(size)} tokens, the most frequent first`,
  countedTokens: (total: number) => `Counted in all files that completions know: ${count(total)} tokens.`,
  notCounted:
    'The files are not counted in this model’s tokens yet; the order is that of the IDs, by frequency in its training text.',
  chosenToken: 'Find the chosen token',
  chosenRank: (rank: number) => `It has rank ${count(rank)}.`,
  countColumn: 'Count',
  shareColumn: 'Share',
  runningColumn: 'Running',
  shareSentence: (token: string) =>
    `How much of the text is “${token}”, and how much are it and all that are more frequent.`,
  firingLinesHeading: (neuron: number) => `Lines of the workspace that neuron ${count(neuron)} fires at most`,
  searchLines: 'Search the workspace',
  stopSearching: 'Stop',
  noWorkspaceText: 'There is no text to search: the files are not counted in this model’s tokens yet.',
  readSoFar: (read: number, toRead: number, tokens: number) =>
    `${count(read)} of ${count(toRead)} tokens read, spread over the workspace’s ${count(tokens)} …`,
  readAll: (read: number, tokens: number) =>
    `The strongest of ${count(read)} tokens, spread over the workspace’s ${count(tokens)}; each was read with what stands before it in its piece.`,
  neverFires: 'It fires at none of them.',
  lineColumn: 'Line',
  firedBy: 'Fired by',
};
