import uPlot from 'uplot';
import type { CurvePoint } from '../protocol/inspector.ts';
import { count, decimal } from './figures.ts';
import { phrases } from './phrases.ts';

const heightPx = 220;

/** index among the series, where the steps are 0 */
const heldOutSeries = 2;

/** There is no half step to put a mark at. */
const wholeSteps = Array.from({ length: 9 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

/** The training and held-out loss over the steps, in the theme's colours and as wide as its place. */
export class LossChart {
  readonly #place: HTMLElement;
  readonly #resizes: ResizeObserver;
  readonly #themes: MutationObserver;
  #data: uPlot.AlignedData = [[], [], []];
  #plot: uPlot;

  constructor(place: HTMLElement) {
    this.#place = place;
    this.#plot = this.#built();
    this.#resizes = new ResizeObserver(() => {
      if (place.clientWidth > 0) this.#plot.setSize({ width: place.clientWidth, height: heightPx });
    });
    this.#resizes.observe(place);
    // A canvas does not restyle itself; the editor announces a new theme by these attributes.
    this.#themes = new MutationObserver(() => {
      this.#plot.destroy();
      this.#plot = this.#built();
    });
    this.#themes.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
  }

  draw(train: readonly CurvePoint[], heldOut: readonly CurvePoint[]): void {
    this.#data =
      train.length + heldOut.length === 0
        ? [[], [], []]
        : uPlot.join([columns(train), columns(heldOut)] as uPlot.AlignedData[]);
    this.#plot.setData(this.#data);
  }

  remove(): void {
    this.#resizes.disconnect();
    this.#themes.disconnect();
    this.#plot.destroy();
  }

  #built(): uPlot {
    return new uPlot(chartOptions(this.#place), this.#data, this.#place);
  }
}

function columns(points: readonly CurvePoint[]): [number[], number[]] {
  return [points.map(([step]) => step), points.map(([, bitsPerByte]) => bitsPerByte)];
}

function chartOptions(place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color('--axis-color'),
    grid: { stroke: color('--grid-color'), width: 1 },
    ticks: { stroke: color('--grid-color'), width: 1 },
    font: `11px ${style.fontFamily}`,
    labelFont: `11px ${style.fontFamily}`,
    labelSize: 18,
  };
  const value = (_: uPlot, bitsPerByte: number | null | undefined): string =>
    bitsPerByte === null || bitsPerByte === undefined ? phrases.unknown : decimal(bitsPerByte, 4);
  return {
    width: Math.max(1, place.clientWidth),
    height: heightPx,
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: phrases.stepAxis, size: 32, incrs: wholeSteps },
      { ...axis, label: phrases.lossAxis, size: 44 },
    ],
    cursor: { drag: { x: false, y: false }, y: false },
    legend: { markers: { dash: (_, series) => (series === heldOutSeries ? 'dashed' : 'solid') } },
    series: [
      {
        label: phrases.stepAxis,
        value: (_, step: number | null) => (step === null ? phrases.unknown : count(step)),
      },
      {
        label: phrases.trainSeries,
        stroke: color('--train-color'),
        width: 1.5,
        points: { show: false },
        value,
      },
      // Told apart by dash and dots as well: colour alone is not enough for everyone.
      {
        label: phrases.heldOutSeries,
        stroke: color('--held-out-color'),
        width: 2,
        dash: [6, 3],
        points: { show: true, size: 6, fill: color('--held-out-color') },
        value,
      },
    ],
  };
}
