import { byteCount } from '../protocol/tokenBytes.ts';
import type { FiringLine, FiringLines, WorkspaceText } from '../protocol/workspaceText.ts';
import type { RecordedModel } from './recordedModel.ts';
import { named, type Run, type Subject } from './subject.ts';

/** Lines that are kept of each neuron, and tokens of a line that are shown on each side of the one that fires it. */
const [keptLines, tokensAround] = [8, 24];

/** Tokens that are read at once. */
interface Window {
  /** of its first token, among all */
  readonly from: number;
  readonly to: number;
}

/**
 * Reads text of the workspace and keeps where each neuron of each layer fires most: one reading serves all neurons. It can be stopped
 * after any window and gone on with.
 */
export class ReadText {
  readonly #subject: Subject;
  readonly #text: WorkspaceText;
  readonly #ids: Uint16Array;
  /** passage and line of each token; numbers of equal lines are equal */
  readonly #passageOf: Uint32Array;
  readonly #lineOf: Uint32Array;
  readonly #windows: readonly Window[];
  #read = 0;
  /** f32[layers, neurons, keptLines]: the largest sums, the largest first; 0: none. And the tokens that they are of. */
  readonly #sums: Float32Array;
  readonly #places: Uint32Array;

  constructor(subject: Subject, text: WorkspaceText) {
    this.#subject = subject;
    this.#text = text;
    const { passages } = text;
    const length = passages.reduce((sum, { ids }) => sum + ids.length, 0);
    this.#ids = new Uint16Array(length);
    this.#passageOf = new Uint32Array(length);
    this.#lineOf = new Uint32Array(length);
    const { maxPositionEmbeddings: context, numHiddenLayers, intermediateSize } = subject.model.config;
    const windows: Window[] = [];
    const lineNumbers = new Map<string, number>();
    let at = 0;
    passages.forEach(({ file, ids, lines }, passage) => {
      this.#ids.set(ids, at);
      this.#passageOf.fill(passage, at, at + ids.length);
      lines.forEach((line, i) => {
        const name = `${line} ${file}`;
        const number = lineNumbers.get(name) ?? lineNumbers.size;
        lineNumbers.set(name, number);
        this.#lineOf[at + i] = number;
      });
      for (let from = 0; from < ids.length; from += context) {
        windows.push({ from: at + from, to: at + Math.min(ids.length, from + context) });
      }
      at += ids.length;
    });
    this.#windows = windows;
    this.#sums = new Float32Array(numHiddenLayers * intermediateSize * keptLines);
    this.#places = new Uint32Array(this.#sums.length);
  }

  /** Whether it is the same text for the same model. */
  isOf(subject: Subject, text: WorkspaceText): boolean {
    return (
      subject === this.#subject &&
      text.passages.length === this.#text.passages.length &&
      text.passages.every((passage, i) => {
        const other = this.#text.passages[i]!;
        return (
          passage.file === other.file && isSame(passage.ids, other.ids) && isSame(passage.lines, other.lines)
        );
      })
    );
  }

  /** Reads windows until so much time is over; at least one. */
  read(ms: number): void {
    const start = performance.now();
    do {
      const window = this.#windows[this.#read];
      if (window === undefined) return;
      this.#readWindow(window);
      this.#read++;
    } while (performance.now() - start < ms);
  }

  /** What a neuron fires most at, of what has been read. */
  strongest(layer: number, neuron: number): FiringLines {
    const first = this.#slot(layer, neuron);
    const lines: FiringLine[] = [];
    for (let i = first; i < first + keptLines && this.#sums[i]! > 0; i++) {
      lines.push(this.#line(this.#places[i]!, this.#sums[i]!));
    }
    const read = this.#windows[this.#read]?.from ?? this.#ids.length;
    return { neuron, lines, read, toRead: this.#ids.length, tokens: this.#text.tokens };
  }

  /** What was read with a token: the run that its numbers are of. */
  runAt(at: number): { readonly run: Run; readonly position: number } | null {
    const window = this.#windows.find(({ from, to }) => at >= from && at < to);
    if (window === undefined) return null;
    const { from, to } = window;
    return {
      run: { subject: this.#subject, ids: [...this.#ids.subarray(from, to)] },
      position: at - from,
    };
  }

  #readWindow({ from, to }: Window): void {
    const { model, bytesOf } = this.#subject;
    model.run([...this.#ids.subarray(from, to)]);
    for (let at = from; at < to; at++) {
      // What stands between files is in no line.
      if (byteCount(bytesOf(this.#ids[at]!)) === 0) continue;
      for (let layer = 0; layer < model.config.numHiddenLayers; layer++)
        this.#hear(model, layer, at, at - from);
    }
  }

  #hear(model: RecordedModel, layer: number, at: number, position: number): void {
    const sums = model.row('up', layer, position);
    let last = this.#slot(layer, 0) + keptLines - 1;
    for (let neuron = 0; neuron < sums.length; neuron++, last += keptLines) {
      if (sums[neuron]! > this.#sums[last]!) this.#keep(last - keptLines + 1, last, at, sums[neuron]!);
    }
  }

  /** A line that is there already gives way to its stronger token, else the weakest line does. */
  #keep(first: number, last: number, at: number, sum: number): void {
    const line = this.#lineOf[at]!;
    let gone = last;
    for (let i = first; i < last && this.#sums[i]! > 0; i++) {
      if (this.#lineOf[this.#places[i]!] === line) gone = i;
    }
    if (this.#sums[gone]! >= sum) return;
    let i = gone;
    for (; i > first && this.#sums[i - 1]! < sum; i--) {
      this.#sums[i] = this.#sums[i - 1]!;
      this.#places[i] = this.#places[i - 1]!;
    }
    this.#sums[i] = sum;
    this.#places[i] = at;
  }

  #slot(layer: number, neuron: number): number {
    return (layer * this.#subject.model.config.intermediateSize + neuron) * keptLines;
  }

  #line(at: number, sum: number): FiringLine {
    const line = this.#lineOf[at]!;
    const passage = this.#passageOf[at]!;
    const isBeside = (i: number): boolean =>
      this.#lineOf[i] === line &&
      this.#passageOf[i] === passage &&
      byteCount(this.#subject.bytesOf(this.#ids[i]!)) > 0;
    let [from, to] = [at, at + 1];
    while (from > 0 && at - from < tokensAround && isBeside(from - 1)) from--;
    while (to < this.#ids.length && to - at <= tokensAround && isBeside(to)) to++;
    const { file, lines } = this.#text.passages[passage]!;
    const start = this.#passageOf.indexOf(passage);
    return {
      file,
      line: lines[at - start]!,
      at,
      sum,
      // As the kernel does it: the square is rounded to float32.
      activation: Math.fround(sum * sum),
      tokens: Array.from(this.#ids.subarray(from, to), (id) => named(this.#subject, id)),
      fired: at - from,
    };
  }
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
