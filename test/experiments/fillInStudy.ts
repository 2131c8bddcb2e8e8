import path from 'node:path';
import { parseArgs } from 'node:util';
import { candidates } from '../../extension/completion/candidates.ts';
import { mostLikely } from '../../extension/arithmetic/likeliest.ts';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { readCorpus } from '../../extension/corpus/corpus.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { compileKernels } from '../../extension/engine/instantiate.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { shownEnds } from '../../extension/prediction/gate.ts';
import { ModelSource } from '../../extension/prediction/modelSource.ts';
import { TransformerModel } from '../../extension/prediction/transformerModel.ts';
import type { Candidate, ScoredToken } from '../../extension/protocol/prediction.ts';
import { runExperiment, type Text, tokenize } from './experiment.ts';
import {
  type Marks,
  marksOf,
  RearrangedBatches,
  type Span,
  type SpanKind,
  spanKinds,
  spansOf,
  withMarks,
} from './fillIn.ts';
import { KeptRuns } from './keptRuns.ts';
import type { FillInRun, SpanScores } from './results.ts';
import { configOf } from './settings.ts';
import { studies } from './studies.ts';

/**
 * `node test/experiments/fillInStudy.ts --corpora DIR` trains the transformer with a share of the sequences rearranged, for the same
 * arithmetic, and has each fill in stretches of held-out text; what is there already is not trained again.
 */
const { values: flags } = parseArgs({ options: { corpora: { type: 'string' } } });

const tflop = 6;
const corpora = ['rxjs', 'werkzeug'];
const seeds = [1, 2];
const shares = [0, 0.5];
const splitSeed = 1;
const spansOfAKind = 400;
/** Of what fits into the context of 256 tokens: the rest is for what is filled in. */
const [prefixTokens, suffixTokens, mostFilledIn] = [128, 64, 48];
/** As a completion that is asked for on purpose. */
const texts = 4;
const leastFollowing = 0.1;
const restCharacters = 16;

const platform = nodePlatform();
const { base: settings } = studies['size']!;

/** One trained model, asked to fill in stretches of text. */
class Filler {
  readonly #text: Text;
  readonly #marks: Marks | null;
  readonly #decoder: Decoder;
  readonly #model: TransformerModel;
  readonly #agreeing: AgreeingTokens;

  /** @param marks null: it has not learnt what they mean */
  constructor(text: Text, decoder: Decoder, marks: Marks | null) {
    this.#text = text;
    this.#marks = marks;
    this.#decoder = decoder;
    this.#model = new TransformerModel(decoder, text.tokenizer.endOfText);
    this.#agreeing = new AgreeingTokens(text.tokenizer);
  }

  scores(kind: SpanKind, spans: readonly Span[]): SpanScores {
    const all = spans.map((span) => this.#score(kind, span));
    const right = (which: 'today' | 'joint' | 'filledIn'): number =>
      all.filter((one) => one[which]).length / all.length;
    const bytes = spans.reduce((sum, span) => sum + this.#middle(span).length, 0);
    const bits = (which: 'bitsBefore' | 'bitsBetween'): number =>
      all.reduce((sum, one) => sum + one[which], 0) / bytes;
    const learnt = this.#marks !== null;
    return {
      spans: spans.length,
      today: right('today'),
      joint: kind === 'line' ? null : right('joint'),
      filledIn: learnt ? right('filledIn') : null,
      bitsBefore: bits('bitsBefore'),
      bitsBetween: learnt ? bits('bitsBetween') : null,
    };
  }

  #score(kind: SpanKind, span: Span): Score {
    const ids = this.#text.heldOut[span.document]!;
    this.#model.begin();
    for (const id of ids.subarray(0, span.from)) this.#model.learn(id);
    const wanted = new TextDecoder().decode(this.#middle(span));
    const found = this.#candidates(kind, span);
    const filled = this.#marks === null ? null : this.#fillIn(span, this.#marks);
    return {
      today: chosenToday(found) === wanted,
      joint: chosenJointly(found) === wanted,
      filledIn: filled?.text === wanted,
      bitsBefore: this.#bitsBefore(ids.subarray(span.from, span.to)),
      bitsBetween: filled?.bits ?? 0,
    };
  }

  #middle({ document, from, to }: Span): Uint8Array {
    return this.#text.tokenizer.decode(this.#text.heldOut[document]!.subarray(from, to));
  }

  /** As the product grows them: knowing how likely the rest of the line follows, where there is a rest. */
  #candidates(kind: SpanKind, { document, to, lineEnd }: Span): Candidate[] {
    const { tokenizer, heldOut } = this.#text;
    const rest = tokenizer.decode(heldOut[document]!.subarray(to, lineEnd)).subarray(0, restCharacters);
    const follows = kind === 'line' ? null : (): number => this.#agreeing.probabilityOf(this.#model, rest);
    const limits = { leastProbability: 0, maxTokens: mostFilledIn, maxLines: 1, cancelled: () => false };
    const rewind = (): void => this.#model.rewind();
    const source = new ModelSource(this.#model, this.#agreeing, tokenizer);
    const count = kind === 'line' ? 1 : texts;
    const typed = new Uint8Array();
    const beginnings = (): ScoredToken[][] => source.ranked(typed, count).map((token) => [token]);
    const found = candidates(source, tokenizer, typed, limits, { beginnings, follows, rewind });
    rewind();
    return found;
  }

  #bitsBefore(middle: Uint16Array): number {
    let bits = 0;
    for (const id of middle) {
      bits -= Math.log2(this.#model.probability(id));
      this.#model.suppose(id);
    }
    this.#model.rewind();
    return bits;
  }

  /** @returns null as the text where it did not come to an end; the bits are those of what stands there */
  #fillIn({ document, from, to }: Span, marks: Marks): { text: string | null; bits: number } {
    const { tokenizer, heldOut } = this.#text;
    const ids = [...heldOut[document]!];
    const prompt = [
      marks.prefix,
      ...ids.slice(Math.max(0, from - prefixTokens), from),
      marks.suffix,
      ...ids.slice(to, to + suffixTokens),
      marks.middle,
    ];
    const filled: number[] = [];
    let ended = false;
    while (!ended && filled.length < mostFilledIn) {
      const [id] = mostLikely(this.#decoder.next([...prompt, ...filled])!, 1);
      ended = id === marks.end;
      if (!ended) filled.push(id!);
    }
    let bits = 0;
    for (let i = from; i < to; i++) {
      const logits = this.#decoder.next([...prompt, ...ids.slice(from, i)])!;
      bits -= Math.log2(softmax(logits)[ids[i]!]!);
    }
    return { text: ended ? new TextDecoder().decode(tokenizer.decode(filled)) : null, bits };
  }
}

interface Score {
  readonly today: boolean;
  readonly joint: boolean;
  readonly filledIn: boolean;
  readonly bitsBefore: number;
  readonly bitsBetween: number;
}

/** What the gate would show of the likeliest, were it sure enough of anything. */
function chosenToday(found: readonly Candidate[]): string | null {
  const shown = found.flatMap((candidate) => {
    if (candidate.follows === null) return candidate.stop === 'lineEnd' ? [{ ...candidate }] : [];
    const { follows, probabilities, ends, text } = candidate;
    const count = shownEnds(candidate, 0, { mayEnd: (i) => follows[i]! >= leastFollowing });
    return count === 0
      ? []
      : [{ text: text.slice(0, ends[count - 1]), probability: probabilities[count - 1]! }];
  });
  return likeliest(shown);
}

/** The text that is likeliest together with what follows it. */
function chosenJointly(found: readonly Candidate[]): string | null {
  return likeliest(
    found.flatMap(({ text, ends, probabilities, follows }) =>
      ends.map((end, i) => ({
        text: text.slice(0, end),
        probability: probabilities[i]! * (follows?.[i] ?? 0),
      })),
    ),
  );
}

function likeliest(found: readonly { text: string; probability: number }[]): string | null {
  return found.toSorted((a, b) => b.probability - a.probability)[0]?.text ?? null;
}

async function readText(corpus: string): Promise<Text> {
  const request = { folders: [path.resolve(flags.corpora!, corpus)], exclude: [] };
  const { documents } = await readCorpus(platform.files, request, { seed: splitSeed });
  const text = tokenize(documents, settings.vocabSize);
  const tokenizer = withMarks(text.tokenizer);
  return { ...text, tokenizer, vocabSize: tokenizer.vocabSize };
}

async function study(corpus: string, seed: number, share: number): Promise<FillInRun> {
  const text = await readText(corpus);
  const marks = marksOf(text.tokenizer);
  const compiled = await compileKernels((asset) => platform.readAsset(asset), false);
  let weights: ReadonlyMap<string, Float32Array> = new Map();
  const special = {
    batches: new RearrangedBatches(text.stream, seed, share, marks),
    ended: (_: unknown, last: typeof weights) => void (weights = last),
  };
  const result = await runExperiment(compiled, text, settings, tflop * 1e12, seed, special);
  const decoder = new Decoder(compiled, configOf(settings, text.vocabSize), weights, 'f32');
  const filler = new Filler(text, decoder, share === 0 ? null : marks);
  const spans = spansOf(text.heldOut, text.tokenizer, spansOfAKind, splitSeed);
  const { bitsPerByte, parameters, steps, epochs } = result;
  const [withinLine, line] = spanKinds.map((kind) => filler.scores(kind, spans[kind]));
  return {
    corpus,
    seed,
    share,
    bitsPerByte,
    parameters,
    steps,
    epochs,
    withinLine: withinLine!,
    line: line!,
  };
}

if (flags.corpora === undefined) throw new Error('Expected --corpora DIR, got none.');
const kept = new KeptRuns<FillInRun>('fillIn', tflop);
for (const seed of seeds) {
  for (const corpus of corpora) {
    for (const share of shares) {
      const isThere = (run: FillInRun): boolean =>
        run.corpus === corpus && run.seed === seed && run.share === share;
      if (kept.runs.some(isThere)) continue;
      kept.add(await study(corpus, seed, share));
      process.stderr.write(`${JSON.stringify(kept.runs.at(-1))}\n`);
    }
  }
}
