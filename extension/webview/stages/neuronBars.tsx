import type { JSX } from 'preact';
import { useDrawing } from '../drawing.ts';
import { count, decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { useView } from '../view.ts';

/** Pixels of the picture: of what neurons say, and below it of their sums. A bar may be less than one wide. */
const [width, height] = [1_024, 96];
const saidHeight = 40;
/** The chosen bar is seen however many there are. */
const leastMark = 3;

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
  const { dispatch } = useView();
  const rank = order.indexOf(chosen);
  const canvas = useDrawing((canvas) => paint(canvas, { before, after, order, rank }), [order, rank]);
  const choose = (at: number): void => {
    const neuron = order[Math.max(0, Math.min(order.length - 1, at))]!;
    if (neuron !== chosen) dispatch({ type: 'select', change: { neuron } });
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

/** Above: what each says. Below: sums, upwards where they are positive. */
function paint(canvas: HTMLCanvasElement, { before, after, order, rank }: Picture): void {
  const context = canvas.getContext('2d')!;
  const style = getComputedStyle(canvas);
  const wide = width / order.length;
  const middle = (saidHeight + height) / 2;
  const most = (values: readonly number[]): number =>
    values.reduce((largest, value) => Math.max(largest, Math.abs(value)), Number.MIN_VALUE);
  const [mostSaid, mostSum] = [most(after), most(before)];
  /** One path for all bars of a colour. */
  const bars = (color: string, foot: number, tall: (neuron: number) => number): void => {
    context.beginPath();
    order.forEach((neuron, at) => context.rect(at * wide, foot, wide, -tall(neuron)));
    context.fillStyle = style.getPropertyValue(color);
    context.fill();
  };
  const sumHeight = (neuron: number): number => (before[neuron]! / mostSum) * (height - middle);
  context.clearRect(0, 0, width, height);
  bars('--positive', saidHeight - 1, (neuron) => (after[neuron]! / mostSaid) * (saidHeight - 1));
  bars('--positive', middle, (neuron) => Math.max(0, sumHeight(neuron)));
  bars('--negative', middle, (neuron) => Math.min(0, sumHeight(neuron)));
  context.fillStyle = style.getPropertyValue('--axis-color');
  for (const line of [saidHeight - 1, middle]) context.fillRect(0, line, width, 1);
  const mark = Math.max(leastMark, wide);
  context.strokeStyle = style.getPropertyValue('--chosen');
  context.lineWidth = 2;
  context.strokeRect((rank + 0.5) * wide - mark / 2, 1, mark, height - 2);
}
