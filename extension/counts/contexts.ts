/**
 * What is counted by: the contexts in the order in which assembly/counts/contexts.ts hashes them. A word is an identifier, the one being
 * typed or those before it; the line's beginning are its first tokens.
 */
export const contexts = [
  { kind: 'order', name: 'nothing' },
  { kind: 'order', name: 'the last token' },
  { kind: 'order', name: 'the last 2 tokens' },
  { kind: 'order', name: 'the last 4 tokens' },
  { kind: 'order', name: 'the last 5 tokens' },
  { kind: 'order', name: 'the last 8 tokens' },
  { kind: 'order', name: 'the last 12 tokens' },
  { kind: 'word', name: 'the word so far' },
  { kind: 'word', name: 'the word so far, the word before and the last token' },
  { kind: 'word', name: 'the word so far and the 3 words before' },
  { kind: 'line', name: "the line's beginning, its indentation and the last token" },
  { kind: 'line', name: "the line's first 2 tokens, the word so far and the last token" },
  { kind: 'line', name: 'the beginnings of this line and the one before, and the last token' },
  { kind: 'line', name: 'all of the line so far and of the line before' },
  { kind: 'bracket', name: 'the open bracket, the word before it, its commas, and the last token' },
  { kind: 'bracket', name: 'the open bracket, the words before it and the outer one, and the word so far' },
  { kind: 'skip', name: 'the last tokens but one: 2' },
  { kind: 'skip', name: 'the last token and the third last' },
  { kind: 'skip', name: 'the last tokens but one: 3' },
  { kind: 'bracket', name: "the open bracket, the line's beginning and the word so far" },
  { kind: 'line', name: 'code, comment or string, the indentation and the word so far' },
  {
    kind: 'line',
    name: "the line's first 2 tokens, the third of the last line that had one, and the last token",
  },
  { kind: 'skip', name: 'the last token and what followed it the last 2 times' },
] as const;

const orders = contexts.flatMap(({ kind }, context) => (kind === 'order' ? [context] : []));
/** From what nearly every place shares to what few do. */
const structure = [0, 1, 7, 20, 10, 18, 12, 14, 16, 17, 15, 19, 21, 11, 22, 8, 9, 13];

/** The context's counts in the project, then those in the file: sources of evidence have these numbers. */
function both(context: number): readonly number[] {
  return [context, contexts.length + context];
}

/** Sources that a back-off chain goes through, from the least to the most specific. */
export const chains: readonly (readonly number[])[] = [orders.flatMap(both), orders, structure.flatMap(both)];
