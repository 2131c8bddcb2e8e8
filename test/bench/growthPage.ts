import { type CostModel, fitCost } from './costModel.ts';
import type { Dimension } from './growth.ts';
import type { GrowthPoint, Results } from './results.ts';
import { table } from './speedSection.ts';

export const dimensionNames: Readonly<Record<Dimension, string>> = {
  hiddenSize: 'hidden size',
  numHiddenLayers: 'layers',
  context: 'context',
};

/** A page with the plot, the table, the model and how far it is off. */
export function growthPage({ growth, machine }: Results, file: string): string {
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
        ...[productShare, attentionShare].map((share) =>
          share === Infinity ? '–' : `${(100 * share).toFixed(0)} %`,
        ),
        bandwidth === Infinity ? '–' : bandwidth.toFixed(0),
      ]),
    ),
    '',
    `Memory of the process = what is planned (weights, their gradients, moments and packed copies, activations) + ${memory.base.toFixed(0)} MB for Node; the difference is at most ${memory.worst.toFixed(0)} MB.`,
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
    ...residualLines(growth, models),
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
  const off = 100 * residual(point, model);
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
    `${off < 0 ? '−' : '+'}${Math.abs(off).toFixed(0)} %`,
    `${(100 * point.fractionOfPeak).toFixed(0)} %`,
    `${(100 * ms.spread).toFixed(0)} %`,
    `${whole(point.rssMb)} MB`,
    `${whole(point.plannedMb)} MB`,
  ];
}

/** Why the model is off where it is, dimension by dimension. */
function residualLines(growth: readonly GrowthPoint[], models: readonly CostModel[]): string[] {
  const worst = growth
    .map((point) => ({
      point,
      off: residual(
        point,
        models.find(({ threads }) => threads === point.threads)!,
      ),
    }))
    .toSorted((a, b) => Math.abs(b.off) - Math.abs(a.off));
  const typical = worst[Math.floor(worst.length / 2)]!;
  const { point, off } = worst[0]!;
  const place = `hidden ${point.hiddenSize}, ${point.numHiddenLayers} layers, context ${point.context}, ${point.threads} thread${point.threads === 1 ? '' : 's'}`;
  return [
    `The model is off by ${(100 * Math.abs(typical.off)).toFixed(0)} % at the median and by ${(100 * Math.abs(off)).toFixed(0)} % at most (${place}).`,
    ...explanation,
  ];
}

/** What the constants can't say. */
const explanation = [
  'What it leaves out: a product of few columns or little depth spends more of its time on packing and on the edges of its tiles, so small',
  'hidden sizes are slower than p says and large ones faster; memory that fits into the second-level cache moves several times as fast as b,',
  'which again differs between small and large models; and with 2 threads, the last items of a phase leave one thread waiting, which weighs',
  'more the fewer items there are (long contexts have the fewest chunks).',
] as const;
