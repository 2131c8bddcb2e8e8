import type { JSX } from 'preact';
import { colorOf, useDrawing } from '../drawing.ts';
import { count, decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { useView } from '../view.ts';

/** Pixels of the picture: of what neurons say, and below it of their sums. A bar may be less than one wide. */
const [width, height] = [1_024, 96];
const saidHeight = 40;
/** Where sums are nothing. */
const middle = (saidHeight + height) / 2;
/** The frame of the chosen bar, which is seen however many there are. */
const [leastMark, markWidth] = [6, 2];

interface NeuronBarsProps {
  /** by neuron: its sum, and what it says */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** the strongest first */
  readonly order: readonly number[];
  readonly firing: number;
  readonly chosen: number;
}

/** All neurons of a layer as bars, the strongest first; a slider leads to each of them. */
export function NeuronBars({ before, after, order, firing, chosen }: NeuronBarsProps): JSX.Element {
  const { select } = useView();
  const rank = order.indexOf(chosen);
  const canvas = useDrawing((canvas) => paint(canvas, { before, after, order, rank }), [order, rank]);
  const choose = (at: number): void => {
    const neuron = order[Math.max(0, Math.min(order.length - 1, at))]!;
    if (neuron !== chosen) select({ neuron });
  };
  const pointed = (event: MouseEvent): void => {
    const { left, width } = canvas.current!.getBoundingClientRect();
    choose(Math.floor(((event.clientX - left) / width) * order.length));
  };
  return (
    <figure class="neuron-bars">
      <canvas
        ref={canvas}
        width={width}
        height={height}
        role="img"
        aria-label={phrases.neuronBars(order.length, firing)}
        onClick={pointed}
      />
      <label class="slider moment">
        {phrases.neuronRank}{' '}
        <input
          type="range"
          min={1}
          max={order.length}
          step={1}
          value={rank + 1}
          aria-valuetext={phrases.neuronAtRank(
            rank + 1,
            chosen + 1,
            decimal(before[chosen]!, 4),
            decimal(after[chosen]!, 4),
          )}
          onInput={(event) => choose(Number(event.currentTarget.value) - 1)}
        />
        <output>{count(rank + 1)}</output>
      </label>
    </figure>
  );
}

interface Picture extends Pick<NeuronBarsProps, 'before' | 'after' | 'order'> {
  readonly rank: number;
}

/** Above: what each says. Below: sums, upwards where they are positive. Pixel by pixel, as a path of a thousand bars takes long to fill. */
function paint(canvas: HTMLCanvasElement, { before, after, order, rank }: Picture): void {
  const context = canvas.getContext('2d')!;
  const [positive, negative, line, chosen] = ['--positive', '--negative', '--axis-color', '--chosen'].map(
    (name) => new Uint32Array(colorOf(canvas, name).buffer)[0]!,
  );
  const picture = context.createImageData(width, height);
  const pixels = new Uint32Array(picture.data.buffer);
  const fill = (x: number, from: number, to: number, color: number): void => {
    for (let y = from; y < to; y++) pixels[y * width + x] = color;
  };
  const most = (values: readonly number[]): number =>
    values.reduce((largest, value) => Math.max(largest, Math.abs(value)), Number.MIN_VALUE);
  const [saidScale, sumScale] = [(saidHeight - 1) / most(after), (height - middle) / most(before)];
  for (let x = 0; x < width; x++) {
    const neuron = order[Math.floor((x * order.length) / width)]!;
    fill(x, saidHeight - 1 - Math.round(after[neuron]! * saidScale), saidHeight - 1, positive!);
    const sum = Math.round(before[neuron]! * sumScale);
    if (sum > 0) fill(x, middle - sum, middle, positive!);
    else fill(x, middle, middle - sum, negative!);
    for (const y of [saidHeight - 1, middle]) pixels[y * width + x] = line!;
  }
  const [from, to] = [rank, rank + 1].map((at) => Math.floor((at * width) / order.length));
  const left = Math.max(0, Math.min(from!, to! - leastMark));
  const right = Math.min(width, Math.max(to!, left + leastMark));
  for (let x = left; x < right; x++) {
    const isSide = x < left + markWidth || x >= right - markWidth;
    fill(x, 0, isSide ? height : markWidth, chosen!);
    fill(x, height - markWidth, height, chosen!);
  }
  context.putImageData(picture, 0, 0);
}
