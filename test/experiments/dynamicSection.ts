import type { DynamicResults, DynamicRun } from './results.ts';
import { table, unique } from './table.ts';

export function dynamicSection({ runs }: DynamicResults): string[] {
  const [first] = runs;
  return [
    '## Does it pay to learn a file while it is written?',
    '',
    'Hardly, so it is not done. The base alone needs 2 to 7 % fewer bits, but most of what it learns of the file the counts know already: together',
    'they need .3 to 1.1 % fewer at the better rate, which is noise, for a step of training every 128 tokens. At twice the rate the',
    'base is better still and the two may be worse: how far to trust it was learnt from a base that stands still. Learning it anew was not tried.',
    '',
    'Dynamic evaluation (Krause et al. 2018): the base takes a step of Adam on the end of a held-out file each',
    `time that ${first!.every} more of its tokens are known, and forgets them behind it. Gradients are scaled by those of the workspace. Bits per byte of the`,
    `held-out files (\`dynamic\`, seed ${unique(runs.map(({ seed }) => `${seed}`)).join(', ')}, the first ones with 8,000 tokens) by the base alone and by counts that hear it, as it comes.`,
    '',
    ...table(
      ['corpus', 'workspace', 'rate', 'steps', 'base alone', '', 'counts + base', ''],
      runs.map((run) => rowOf(run, runs)),
    ),
    '',
  ];
}

function rowOf(run: DynamicRun, runs: readonly DynamicRun[]): string[] {
  const still = runs.find(
    ({ corpus, mostFiles, rate }) => corpus === run.corpus && mostFiles === run.mostFiles && rate === 0,
  );
  const change = (of: 'transformer' | 'mixture'): string =>
    still === undefined || run.rate === 0 ? '' : signed(100 * (run[of] / still[of] - 1));
  return [
    run.corpus,
    run.mostFiles === null ? 'all files' : `${run.mostFiles} files`,
    run.rate === 0 ? 'none' : `${run.rate}`,
    `${run.steps}`,
    run.transformer.toFixed(3),
    change('transformer'),
    run.mixture.toFixed(3),
    change('mixture'),
  ];
}

function signed(percent: number): string {
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}
