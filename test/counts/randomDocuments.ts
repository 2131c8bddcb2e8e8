/** Documents in which tokens, and stretches of tokens, come again; the last token of each is the end of the text. */
export function randomDocuments(next: () => number): {
  readonly documents: readonly (readonly number[])[];
  readonly vocabSize: number;
} {
  const vocabSize = 3 + Math.floor(next() * 12);
  const endOfText = vocabSize - 1;
  const written: number[] = [];
  const documents = Array.from({ length: 2 + Math.floor(next() * 4) }, () => {
    const length = 1 + Math.floor(next() * 40);
    const document: number[] = [];
    while (document.length < length) {
      const from = Math.floor(next() * written.length);
      const repeated =
        next() < 0.4 ? written.slice(from, from + 9) : [Math.floor(next() * next() * endOfText)];
      document.push(...repeated);
    }
    written.push(...document);
    return [...document, endOfText];
  });
  return { documents, vocabSize };
}
