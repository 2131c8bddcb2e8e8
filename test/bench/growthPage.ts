import { type CostModel, fitCost } from './costModel.ts';
import { type Dimension, growthBase, growthSeries } from './growth.ts';
import type { GrowthPoint, Results } from './results.ts';
import { table } from '../readmeSection.ts';

export const dimensionNames: Readonly<Record<Dimension, string>> = {
  hiddenSize: 'hidden size',
  numHiddenLayers: 'layers',
  context: 'context',
};

/** A page with the plot, the table, the model and how far it is off. */
export function growthPage(results: Results, file: string): string {
  const { growth, machine } = results;
  const models = costModels(growth);
  const memory = memoryModel(growth);
  return [
    '# How cost grows',
    '',
    `<!-- written by \`npm run bench -- --peers\` from ${file} -->`,
    '',
    'A training step of 2,048 tokens, vocabulary 4,096, heads of 64; from hidden size 256, 4 layers and context 256, one dimension at a time.',
    `${machine.cores} cores of ${machine.cpu}, Node ${machine.node}.`,
    '',
    '![Tokens per second and memory against hidden size, layers, context and threads](growth.svg)',
    '',
    '## The model',
    '',
    '    milliseconds = products / (p · peak) + attention / (a · peak) + bytes / b',
    '',
    'products = 6 · tokens · (layers · 12 · hidden² + vocabulary · hidden) FLOP: forward, and backward twice as much.',
    'attention = 6 · tokens · layers · hidden · (context + 1) FLOP: the causal half of the scores and of the weighted sums.',
    'bytes = 40 a parameter (gradients, moments, packed copies) + 24 a value between two products (written once and read twice, as is its gradient).',
    'p, a and b are fitted to all shapes of one number of threads at once; the peak is that of as many threads.',
    '',
    ...table(
      ['threads', 'p, products', 'a, attention', 'b, GB/s'],
      models.map(({ threads, productShare, attentionShare, bandwidth }) => [
        String(threads),
        ...[productShare, attentionShare].map((share) => (share === Infinity ? '–' : percent(share))),
        bandwidth === Infinity ? '–' : bandwidth.toFixed(0),
      ]),
    ),
    '',
    'planned memory = 24 bytes a parameter (weight, gradient, two moments, two packed copies) + 64 · tokens · layers · hidden bytes of activations.',
    `Memory of the process = planned + ${memory.base.toFixed(0)} MB for Node; the difference is at most ${memory.worst.toFixed(0)} MB.`,
    '',
    '## The figures',
    '',
    ...table(
      [
        'hidden',
        'layers',
        'context',
        'threads',
        'parameters',
        'GFLOP',
        'MB moved',
        'tokens/s',
        'model',
        'residual',
        'of the peak',
        '±',
        'memory',
        'planned',
      ],
      growth.map((point) =>
        row(
          point,
          models.find(({ threads }) => threads === point.threads)!,
        ),
      ),
    ),
    '',
    'Residual = measured / model − 1 of the tokens per second; ± = distance between the quartiles, as a share of the median.',
    '',
    ...explanation(results, models),
    '',
  ].join('\n');
}

export function costModels(growth: readonly GrowthPoint[]): CostModel[] {
  const threadCounts = [...new Set(growth.map(({ threads }) => threads))];
  return threadCounts.map((threads) => fitCost(growth.filter((point) => point.threads === threads)));
}

function residual(point: GrowthPoint, model: CostModel): number {
  return model.predictedMs(point) / point.ms.median - 1;
}

/** Memory of the process that no plan holds: the median. */
export function memoryModel(growth: readonly GrowthPoint[]): {
  readonly base: number;
  readonly worst: number;
} {
  const rest = growth.map(({ rssMb, plannedMb }) => rssMb - plannedMb).toSorted((a, b) => a - b);
  const base = rest[Math.floor(rest.length / 2)]!;
  return { base, worst: Math.max(...rest.map((value) => Math.abs(value - base))) };
}

function row(point: GrowthPoint, model: CostModel): string[] {
  const { cost, ms } = point;
  const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
  return [
    String(point.hiddenSize),
    String(point.numHiddenLayers),
    String(point.context),
    String(point.threads),
    whole(point.parameters),
    (cost.productGflop + cost.attentionGflop).toFixed(1),
    whole(cost.weightMb + cost.activationMb),
    whole(point.tokensPerSecond),
    whole((point.tokensPerSecond * ms.median) / model.predictedMs(point)),
    signed(residual(point, model)),
    percent(point.fractionOfPeak),
    percent(ms.spread),
    `${whole(point.rssMb)} MB`,
    `${whole(point.plannedMb)} MB`,
  ];
}

/** How far the model is off, and why: what the constants can't say is taken from what else was measured. */
function explanation({ growth, report }: Results, models: readonly CostModel[]): string[] {
  const modelOf = (point: GrowthPoint): CostModel => models.find(({ threads }) => threads === point.threads)!;
  const worst = growth
    .map((point) => ({ point, off: residual(point, modelOf(point)) }))
    .toSorted((a, b) => Math.abs(b.off) - Math.abs(a.off));
  const median = Math.abs(worst[Math.floor(worst.length / 2)]!.off);
  const noise = Math.max(...growth.map(({ ms }) => ms.spread));
  return [
    `The model is off by ${percent(median)} at the median and by ${percent(Math.abs(worst[0]!.off))} at most (${place(worst[0]!.point)}).`,
    `The tries of one shape differ by up to ${percent(noise)} between their quartiles: no residual below that says anything. Beyond it:`,
    '',
    ...(Object.keys(growthSeries) as Dimension[]).map((dimension) => {
      const offs = series(growth, dimension).map((point) => {
        return `${point[dimension]}: ${signed(residual(point, modelOf(point)))} (${point.threads})`;
      });
      return `- Residuals by ${dimensionNames[dimension]} (threads in brackets): ${offs.join(', ')}.`;
    }),
    `- One share p stands for products of every size. They differ: ${depthLine(report)}. What has little depth or few`,
    '  columns spends more of its time on packing and at the edges of its tiles: that holds small hidden sizes back, and p, an average, does not.',
    '- One bandwidth b stands for all caches. What a chunk keeps fits into the second-level cache at small hidden sizes and not at large ones;',
    '  weights, gradients and moments always come from further away.',
    "- The cross-entropy's exponentials, one for each token and entry of the vocabulary whatever the hidden size, count as bytes only.",
    ...speedUpLines(growth),
  ];
}

function depthLine({ gemm }: Results['report']): string {
  const rows = gemm.filter(({ build, threads }) => build === 'relaxed' && threads === 1);
  const depths = [...new Set(rows.map(({ shape }) => Number(shape.split('×')[1])))].sort((a, b) => a - b);
  return depths
    .map((depth) => {
      const shares = rows.filter(({ shape }) => Number(shape.split('×')[1]) === depth);
      const mean = shares.reduce((sum, { fractionOfPeak }) => sum + fractionOfPeak, 0) / shares.length;
      return `of depth ${depth} reach ${percent(mean)} of the peak`;
    })
    .join(', those ');
}

function speedUpLines(growth: readonly GrowthPoint[]): string[] {
  const pairs = growth
    .filter(({ threads }) => threads === 2)
    .map((two) => {
      const one = growth.find((point) => point.threads === 1 && shapeKey(point) === shapeKey(two))!;
      return { two, ratio: one.ms.median / two.ms.median };
    })
    .toSorted((a, b) => a.ratio - b.ratio);
  const [least, most] = [pairs[0], pairs.at(-1)];
  if (least === undefined || most === undefined) return [];
  return [
    `- 2 threads are ${least.ratio.toFixed(2)} times (${place(least.two)}) to ${most.ratio.toFixed(2)} times (${place(most.two)}) as fast as one. At the`,
    '  end of a phase one thread waits for the last item of the other, and both share what is behind the second-level caches: the constants of',
    '  2 threads say that on the average, not for each shape.',
  ];
}

/** The points that differ in this dimension alone. */
export function series(growth: readonly GrowthPoint[], dimension: Dimension): GrowthPoint[] {
  const others = (Object.keys(growthSeries) as Dimension[]).filter((other) => other !== dimension);
  return growth
    .filter((point) => others.every((other) => point[other] === growthBase[other]))
    .toSorted((a, b) => a[dimension] - b[dimension] || a.threads - b.threads);
}

const shapeKey = ({ hiddenSize, numHiddenLayers, context }: GrowthPoint): string =>
  `hidden ${hiddenSize}, ${numHiddenLayers} layers, context ${context}`;

function place(point: GrowthPoint): string {
  return `${shapeKey(point)}, ${point.threads} thread${point.threads === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
}
