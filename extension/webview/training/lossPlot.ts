import type uPlot from 'uplot';
import type { CurvePoint, CurveScales } from '../../protocol/inspector.ts';
import { along, type Axis, type gapOf } from './curves.ts';
import { decimal, duration } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import type { PlotOptions, PlotStyle } from './plot.ts';

/** What is drawn beside the curves. */
export interface Marks {
  readonly gap: ReturnType<typeof gapOf>;
  readonly best: CurvePoint | null;
}

/** There is no half step to put a mark at. */
const wholeSteps = Array.from({ length: 9 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power),
).flat();

/** By their order in the data: x, train, its average, held-out, blind guess, frequencies. Told apart by width, dash and dots as well as colour. */
function lossSeries({ color }: PlotStyle): uPlot.Series[] {
  const line = (stroke: string, width: number, dash?: number[]): uPlot.Series => ({
    stroke: color(stroke),
    width,
    ...(dash === undefined ? {} : { dash }),
    points: { show: false },
    spanGaps: true,
  });
  return [
    {},
    line('--train-faint', 1),
    line('--train-color', 2.5),
    {
      ...line('--held-out-color', 2, [6, 3]),
      points: { show: true, size: 6, fill: color('--held-out-color') },
    },
    line('--axis-color', 1.5, [2, 4]),
    line('--frequency-color', 1.5, [10, 4, 2, 4]),
  ];
}

/** The losses, over whichever x, on true logarithmic scales where asked. @param marks as they are whenever it is drawn */
export function lossOptions(scales: CurveScales, marks: () => Marks): (style: PlotStyle) => PlotOptions {
  return (style) => ({
    ...bare,
    height: 220,
    scales: {
      x: xScale(scales),
      y: { distr: scales.logY ? 3 : 1, ...(scales.logY ? { range: logRange } : {}) },
    },
    axes: [xAxis(style, scales, true), { ...style.axis, label: phrases.lossAxis, size: ySizePx }],
    series: lossSeries(style),
    hooks: {
      drawAxes: [(plot) => shadeGap(plot, style, scales.axis, marks().gap)],
      draw: [(plot) => markBest(plot, style, scales.axis, marks().best)],
    },
  });
}

/** One more figure over the same x, never smoothed. @param limit a line across, where there is one */
export function figureOptions(
  scales: CurveScales,
  label: string,
  shown: (value: number) => string,
  limit: boolean,
): (style: PlotStyle) => PlotOptions {
  return (style) => {
    const line = (stroke: string, dash?: number[]): uPlot.Series => ({
      stroke: style.color(stroke),
      width: 1.5,
      ...(dash === undefined ? {} : { dash }),
      points: { show: false },
      spanGaps: true,
    });
    return {
      ...bare,
      height: 96,
      scales: { x: xScale(scales), y: {} },
      axes: [
        // The same marks as above, without their numbers.
        { ...xAxis(style, scales, false), size: 8, values: (_, splits) => splits.map(() => '') },
        { ...style.axis, label, size: ySizePx, space: 22, values: (_, splits) => splits.map(shown) },
      ],
      series: [{}, line('--train-color'), ...(limit ? [line('--axis-color', [2, 4])] : [])],
    };
  };
}

/** The line that the pointer moves and the numbers beside the plot are ours: uPlot's can't be reached by a keyboard. */
const bare = { cursor: { show: false }, legend: { show: false } } as const;

function xScale({ logX }: CurveScales): uPlot.Scale {
  return { time: false, distr: logX ? 3 : 1, ...(logX ? { range: (_, least, most) => [least, most] } : {}) };
}

function xAxis({ axis }: PlotStyle, { axis: over, logX }: CurveScales, isNamed: boolean): uPlot.Axis {
  return {
    ...axis,
    ...(isNamed ? { label: phrases.axes[over], size: 32 } : {}),
    ...(over === 'step' && !logX ? { incrs: wholeSteps } : {}),
    ...(over === 'seconds'
      ? { values: (_, splits) => splits.map((seconds) => (seconds === null ? '' : duration(seconds))) }
      : {}),
    space: over === 'seconds' ? 80 : 50,
  };
}

/** Whole decades would leave a loss between 2 and 8 the middle of the picture. */
function logRange(_: uPlot, least: number, most: number): uPlot.Range.MinMax {
  return [least * 0.95, most * 1.05];
}

/** Of all plots, so that the same x is below each other. */
const ySizePx = 58;

const hatchPx = 7;

/** What lies between the smoothed training loss and the held-out loss; hatched where transparency must tell nothing. */
function shadeGap(plot: uPlot, style: PlotStyle, axis: Axis, gap: Marks['gap']): void {
  if (gap.length < 2) return;
  const { ctx } = plot;
  const place = (x: number, y: number): [number, number] => [
    plot.valToPos(x, 'x', true),
    plot.valToPos(y, 'y', true),
  ];
  const above = gap.map(({ at }) => place(along(at, axis), at[1]));
  const below = gap.map(({ at, smoothed }) => place(along(at, axis), smoothed));
  const outline = new Path2D();
  for (const [x, y] of [...above, ...below.toReversed()]) outline.lineTo(x, y);
  outline.closePath();
  ctx.save();
  ctx.beginPath();
  const { left, top, width, height } = plot.bbox;
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.clip(outline);
  if (style.isHighContrast) hatch(plot, style.color('--held-out-color'));
  else {
    ctx.fillStyle = style.color('--gap-color');
    ctx.fillRect(left, top, width, height);
  }
  ctx.restore();
}

function hatch({ ctx, bbox }: uPlot, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  const step = hatchPx * devicePixelRatio;
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
}

function markBest(plot: uPlot, style: PlotStyle, axis: Axis, best: Marks['best']): void {
  if (best === null) return;
  const { ctx } = plot;
  const [x, y] = [plot.valToPos(along(best, axis), 'x', true), plot.valToPos(best[1], 'y', true)];
  if (!Number.isFinite(x + y)) return;
  const radius = 7 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = style.color('--axis-color');
  ctx.lineWidth = 2 * devicePixelRatio;
  // The last curve was dashed.
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x, y - radius);
  for (const [right, down] of [
    [1, 0],
    [0, 1],
    [-1, 0],
  ] as const)
    ctx.lineTo(x + right * radius, y + down * radius);
  ctx.closePath();
  ctx.stroke();
  ctx.restore();
}

/** Of a mark at a scale: no more digits than tell it from its neighbours. */
export function shortDecimal(value: number): string {
  return decimal(value, value < 10 ? 2 : 0);
}

export function shortRate(value: number): string {
  return String(Number(value.toPrecision(2)));
}
