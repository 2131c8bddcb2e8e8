import { ReadmeSection, table } from '../readmeSection.ts';
import type { InspectorResults } from './inspectorResults.ts';
import type { PairedRatio } from './pairedRatio.ts';
import type { Spread } from './spread.ts';

export const inspectorPart = new ReadmeSection('inspector', 'npm run bench:inspector');

interface Budget {
  readonly what: string;
  readonly shown: string;
  readonly budget: string;
  readonly isMet: boolean;
}

/** README's section about the Inspector's speed, between its markers. @param file of the results, from the repository's root */
export function inspectorSection(results: InspectorResults, file: string): string {
  const { machine, page, cost } = results;
  const legs = [page, results.memory, cost];
  const commits = [...new Set(legs.map(({ commit }) => commit))].join(' and ');
  const measuredAt = legs.map(({ measuredAt }) => measuredAt).sort()[0]!;
  return inspectorPart.around(file, [
    `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, commit ${commits}, ${measuredAt.slice(0, 10)}: the Inspector in Chromium,`,
    `which draws on the CPU, over ${page.figures.tokens} tokens, with the base model and the real engine; messages go through the browser's debugger.`,
    'In 95 % of the tries it took at most so long, until the frame with it was painted.',
    '',
    ...table(
      ['', 'measured', 'budget', ''],
      budgets(results).map(({ what, shown, budget, isMet }) => [
        what,
        shown,
        budget,
        isMet ? 'met' : '**missed**',
      ]),
    ),
    '',
    `The last two are of ${cost.figures.open.tokensPerSecond.length} pairs of ${cost.figures.secondsARound} s in turn, while somebody types and a training computes: of all their`,
    `${cost.figures.open.completionMs.tries} and ${cost.figures.closed.completionMs.tries} completions, with the interval that 95 of 100 draws of as many pairs lie in (bootstrap).`,
    `All figures, with their spread: [${file.slice(file.lastIndexOf('/') + 1)}](${file}).`,
  ]);
}

/** What is promised, and what became of it. */
export function budgets({ page, memory, cost }: InspectorResults): Budget[] {
  const { tokens, firstPaintMs, selectionMs, headMs, temperatureMs } = page.figures;
  const time = (what: string, { p50, p95 }: Spread, mostMs: number, mostMedianMs = Infinity): Budget => ({
    what,
    shown: `${p95.toFixed(0)} ms (median ${p50.toFixed(0)})`,
    budget: `≤ ${mostMs} ms${mostMedianMs === Infinity ? '' : ` (median ${mostMedianMs})`}`,
    isMet: p95 <= mostMs && p50 <= mostMedianMs,
  });
  const { ticks, clicks, firstBytes, lastBytes } = memory.figures;
  const { completion, training } = cost.figures;
  const factor = ({ ratio, low, high }: PairedRatio): string =>
    `${ratio.toFixed(3)} × (${low.toFixed(2)} to ${high.toFixed(2)})`;
  return [
    time(`start of the page's script → ${tokens} tokens`, firstPaintMs, 300, 150),
    time('another token → the whole stage of it', selectionMs, 50),
    time('another head → its picture and numbers', headMs, 100),
    time('another temperature → 20 rows of the whole vocabulary', temperatureMs, 16),
    {
      what: `memory of the page after ${ticks.toLocaleString('en-US')} ticks of a training and ${clicks} clicks`,
      shown: `${megabytes(lastBytes)} MB (at first ${megabytes(firstBytes)})`,
      budget: '≤ 64 MB',
      isMet: lastBytes <= 64e6,
    },
    {
      what: "completions' p95, open ÷ closed",
      shown: factor(completion),
      budget: '≤ 1.02 ×',
      isMet: completion.ratio <= 1.02,
    },
    {
      what: "a training's tokens/s, open ÷ closed",
      shown: factor(training),
      budget: '≥ 0.98 ×',
      isMet: training.ratio >= 0.98,
    },
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
