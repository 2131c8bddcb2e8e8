import { packageFile } from './peers/install.ts';
import { costModels, dimensionNames, memoryModel, series } from './growthPage.ts';
import { type Dimension, growthSeries } from './growth.ts';
import type { GrowthPoint } from './results.ts';

/** What is used of Observable Plot and of linkedom, its stand-in for a browser's document. */
interface PlotLibrary {
  plot(options: object): SvgElement;
  line(data: readonly object[], options: object): object;
  dot(data: readonly object[], options: object): object;
}
interface SvgElement {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}
interface DomLibrary {
  parseHTML(html: string): { readonly document: object };
}

const [width, height, titleHeight] = [300, 220, 24];
const colours = ['#4269d0', '#efb118'];

/** SVG: a column for each dimension; tokens per second above, memory below; measured as dots, the model as lines. */
export async function growthChart(growth: readonly GrowthPoint[]): Promise<string> {
  const plot = (await import(packageFile('@observablehq/plot', 'src/index.js').href)) as PlotLibrary;
  const { parseHTML } = (await import(packageFile('linkedom', 'esm/index.js').href)) as DomLibrary;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const models = costModels(growth);
  const { base } = memoryModel(growth);
  const rows = [
    {
      label: 'tokens/s',
      measured: (point: GrowthPoint) => point.tokensPerSecond,
      modelled: (point: GrowthPoint) => {
        const { predictedMs } = models.find(({ threads }) => threads === point.threads)!;
        return (point.tokensPerSecond * point.ms.median) / predictedMs(point);
      },
    },
    {
      label: 'memory, MB',
      measured: (point: GrowthPoint) => point.rssMb,
      modelled: (point: GrowthPoint) => point.plannedMb + base,
    },
  ];
  const dimensions = Object.keys(growthSeries) as Dimension[];
  const panels = rows.flatMap(({ label, measured, modelled }, y) =>
    dimensions.map((dimension, x) => {
      const points = series(growth, dimension).map((point) => ({
        size: point[dimension],
        threads: point.threads,
        measured: measured(point),
        modelled: modelled(point),
      }));
      const svg = plot.plot({
        document,
        width,
        height,
        marginLeft: 56,
        x: {
          type: 'log',
          base: 2,
          ticks: growthSeries[dimension],
          tickFormat: String,
          label: dimensionNames[dimension],
        },
        y: { label, grid: true, zero: true, nice: true },
        color: { type: 'categorical', domain: [1, 2], range: colours },
        marks: [
          plot.line(points, { x: 'size', y: 'modelled', stroke: 'threads', strokeDasharray: '4 3' }),
          plot.dot(points, { x: 'size', y: 'measured', fill: 'threads' }),
        ],
      });
      svg.setAttribute('x', String(x * width));
      svg.setAttribute('y', String(titleHeight + y * height));
      return svg.outerHTML;
    }),
  );
  const [allWidth, allHeight] = [dimensions.length * width, titleHeight + rows.length * height];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${allWidth} ${allHeight}" width="${allWidth}" height="${allHeight}" font-family="sans-serif" color="black">`,
    `<rect width="${allWidth}" height="${allHeight}" fill="white" />`,
    `<text x="56" y="16" font-size="12">Training step: measured (dots) and modelled (dashed), <tspan fill="${colours[0]}">1 thread</tspan>, <tspan fill="${colours[1]}">2 threads</tspan></text>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}
