import { Random } from '../../extension/engine/random.ts';
import { Tokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { Batches } from '../../extension/training/batches.ts';

/** Tokens that stand around the parts of a text that is told in another order: prefix, suffix, middle. */
export interface Marks {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  readonly end: number;
}

const markNames = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|fim_end|>'] as const;

/** The same with the marks, which the product's tokenizers do not have. */
export function withMarks(tokenizer: Tokenizer): Tokenizer {
  const tokens = Array.from({ length: tokenizer.endOfText }, (_, id) => tokenizer.tokenBytes(id));
  return new Tokenizer(tokens, tokenizer.merges, [...tokenizer.controls, ...markNames]);
}

/** @param tokenizer one `withMarks` */
export function marksOf({ endOfText, controls }: Tokenizer): Marks {
  const [prefix, suffix, middle, end] = markNames.map((name) => endOfText + controls.indexOf(name));
  return { prefix: prefix!, suffix: suffix!, middle: middle!, end: end! };
}

/**
 * Of a share of the sequences a stretch is told last, behind what comes after it: a model learns to fill in.
 * @source Bavarian et al. 2022, "Efficient Training of Language Models to Fill in the Middle": prefix, suffix, middle; within a sequence
 */
export class RearrangedBatches extends Batches {
  readonly #random: Random;
  readonly #share: number;
  readonly #marks: Marks;

  constructor(text: Uint16Array, seed: number, share: number, marks: Marks) {
    super(text, seed);
    this.#random = new Random(seed);
    this.#share = share;
    this.#marks = marks;
  }

  override read(...to: Parameters<Batches['read']>): void {
    super.read(...to);
    const [ids, targets, , sequences, length] = to;
    for (let row = 0; row < sequences * length; row += length) {
      if (this.#random.uniform() >= this.#share) continue;
      const tokens = [...ids.subarray(row, row + length + 1 - markNames.length)];
      const told = rearranged(tokens, this.#marks, this.#random);
      ids.set(told.slice(0, length), row);
      targets.set(told.slice(1), row);
    }
  }
}

/** Middles of every order of magnitude are as frequent, from one token to half of them all: a completion is short. */
export function rearranged(tokens: readonly number[], marks: Marks, random: Random): number[] {
  const length = Math.max(1, Math.floor((tokens.length / 2) ** random.uniform()));
  const start = random.below(tokens.length - length + 1);
  const end = start + length;
  return [
    marks.prefix,
    ...tokens.slice(0, start),
    marks.suffix,
    ...tokens.slice(end),
    marks.middle,
    ...tokens.slice(start, end),
    marks.end,
  ];
}

export const spanKinds = ['withinLine', 'line'] as const;
export type SpanKind = (typeof spanKinds)[number];

/** Tokens [from, to) of a held-out document, to be filled in. */
export interface Span {
  readonly document: number;
  readonly from: number;
  readonly to: number;
  /** the token behind the line */
  readonly lineEnd: number;
}

const fewestCharacters = 4;
const mostTokens: Record<SpanKind, number> = { withinLine: 12, line: 32 };

/** At most `count` of each kind, at most one of a kind in a line: a stretch that has something before and behind it on its line, or all of it. */
export function spansOf(
  documents: readonly Uint16Array[],
  tokenizer: Tokenizer,
  count: number,
  seed: number,
): Record<SpanKind, Span[]> {
  const random = new Random(seed);
  const lines = documents.flatMap((ids, document) => linesOf(ids, document, tokenizer));
  const spans: Record<SpanKind, Span[]> = { withinLine: [], line: [] };
  for (const index of random.permutation(lines.length)) {
    const line = lines[index]!;
    const within = stretchOf(line, random);
    for (const [kind, span] of [['line', line] as const, ['withinLine', within] as const]) {
      if (span === null || spans[kind].length === count) continue;
      const ids = documents[span.document]!.subarray(span.from, span.to);
      if (ids.length > mostTokens[kind] || tokenizer.decode(ids).length < fewestCharacters) continue;
      spans[kind].push(span);
    }
  }
  return spans;
}

/** Lines between two line breaks, without their indentation; those that end with blanks are left out. */
function linesOf(ids: Uint16Array, document: number, tokenizer: Tokenizer): Span[] {
  const isBreak = (id: number): boolean => /^[\r\n]/.test(textOf(id, tokenizer));
  const breaks = Array.from(ids.keys()).filter((i) => isBreak(ids[i]!));
  return breaks.slice(1).flatMap((lineEnd, i) => {
    const from = breaks[i]! + 1;
    if (from === lineEnd || textOf(ids[lineEnd - 1]!, tokenizer).trim() === '') return [];
    return [{ document, from, to: lineEnd, lineEnd }];
  });
}

function textOf(id: number, tokenizer: Tokenizer): string {
  return new TextDecoder().decode(tokenizer.tokenBytes(id));
}

/** null: the line is too short */
function stretchOf({ document, from, lineEnd }: Span, random: Random): Span | null {
  const inner = lineEnd - from - 2;
  if (inner < 1) return null;
  const length = 1 + random.below(Math.min(inner, mostTokens.withinLine));
  const start = from + 1 + random.below(inner - length + 1);
  return { document, from: start, to: start + length, lineEnd };
}
