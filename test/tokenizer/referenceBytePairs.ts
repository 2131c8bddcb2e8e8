import { preTokenPattern } from '../../extension/tokenizer/preTokens.ts';

/** tokens of the vocabulary that are no text */
const controls = 4;

/**
 * Byte-pair encoding as one would explain it: slow, with strings of one character a byte. It shares with the real one only the pattern.
 * Rules: the most frequent pair first, of equals the one whose left, then right token is oldest; nothing that occurs once is merged.
 */
export function referenceMerges(
  texts: readonly string[],
  vocabSize: number,
): readonly (readonly [string, string])[] {
  const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const merges: [string, string][] = [];
  let words = texts.flatMap(wordsOf);
  while (tokens.length < vocabSize - controls) {
    const counts = new Map<string, { pair: [string, string]; count: number }>();
    for (const word of words) {
      for (const [left, right] of neighbours(word)) {
        const key = JSON.stringify([left, right]);
        const entry = counts.get(key) ?? { pair: [left, right], count: 0 };
        entry.count++;
        counts.set(key, entry);
      }
    }
    const [best] = [...counts.values()]
      .filter(({ count }) => count > 1)
      .sort(
        (a, b) => b.count - a.count || age(a.pair[0]) - age(b.pair[0]) || age(a.pair[1]) - age(b.pair[1]),
      );
    if (best === undefined) break;
    merges.push(best.pair);
    tokens.push(best.pair.join(''));
    words = words.map((word) => applyMerge(word, best.pair));
  }
  return merges;

  function age(token: string): number {
    return tokens.indexOf(token);
  }
}

/** The merges one after the other over the whole text, each from left to right. */
export function referenceEncode(text: string, merges: readonly (readonly [string, string])[]): string[] {
  return wordsOf(text).flatMap((word) => merges.reduce<readonly string[]>(applyMerge, word));
}

function wordsOf(text: string): (readonly string[])[] {
  const words = text.match(new RegExp(preTokenPattern, 'gu')) ?? [];
  return words.map((word) => Array.from(new TextEncoder().encode(word), (byte) => String.fromCharCode(byte)));
}

/** A run of three equal tokens counts as two pairs. */
function neighbours(word: readonly string[]): [string, string][] {
  return word.slice(1).map((right, i) => [word[i]!, right]);
}

function applyMerge(word: readonly string[], [left, right]: readonly [string, string]): string[] {
  const result: string[] = [];
  for (let i = 0; i < word.length; i++) {
    const isPair = word[i] === left && word[i + 1] === right;
    result.push(isPair ? left + right : word[i]!);
    if (isPair) i++;
  }
  return result;
}

/** How often each pair is joined when the merges go over the whole text, one after the other. */
export function joinedAtEachMerge(
  texts: readonly string[],
  merges: readonly (readonly [string, string])[],
): number[] {
  let words = texts.flatMap(wordsOf);
  return merges.map((merge) => {
    const symbols = words.reduce((sum, word) => sum + word.length, 0);
    words = words.map((word) => applyMerge(word, merge));
    return symbols - words.reduce((sum, word) => sum + word.length, 0);
  });
}
