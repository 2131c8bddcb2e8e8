import { bytesOrName } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { StageAnswers } from '../protocol/stages.ts';

/** How byte pairs became the token: of the pairs that stand side by side always the one that was learnt first, leftmost first. */
export function replayMerges(tokenizer: Tokenizer, id: number): StageAnswers['merges'] {
  const bytes = tokenizer.tokenBytes(id);
  const textOf = (piece: number): string => bytesOrName(tokenizer, piece);
  let pieces = bytes.length === 0 ? [id] : Array.from(bytes, (byte) => singleByte(tokenizer, byte));
  const steps: StageAnswers['merges']['steps'][number][] = [
    { pieces: pieces.map(textOf), merge: null, made: null },
  ];
  const ranks = new Map(tokenizer.merges.map(({ left, right }, rank) => [pairKey(left, right), rank]));
  for (;;) {
    const next = pieces
      .slice(1)
      .map((right, i) => ({ i, rank: ranks.get(pairKey(pieces[i]!, right)) ?? Infinity }))
      .reduce((best, pair) => (pair.rank < best.rank ? pair : best), { i: -1, rank: Infinity });
    if (next.i < 0) return { steps };
    const { merged } = tokenizer.merges[next.rank]!;
    pieces = [...pieces.slice(0, next.i), merged, ...pieces.slice(next.i + 2)];
    steps.push({ pieces: pieces.map(textOf), merge: next.rank + 1, made: next.i });
  }
}

function pairKey(left: number, right: number): number {
  return left * 65_536 + right;
}

function singleByte(tokenizer: Tokenizer, byte: number): number {
  return tokenizer.encode(Uint8Array.of(byte))[0]!;
}
