import type { FillInResults, FillInRun, SpanScores } from './results.ts';
import { mean, table, unique } from './table.ts';

export function fillInSection({ tflop, runs }: FillInResults): string[] {
  const seeds = unique(runs.map(({ seed }) => `${seed}`));
  const oneOrSeveral =
    seeds.length === 1
      ? `seed ${seeds[0]}`
      : `seeds ${seeds.join(', ')}; a cell is the mean of the seeds ± half of what lies between them`;
  const rows = unique(runs.map(({ corpus }) => corpus)).flatMap((corpus) =>
    unique(runs.map(({ share }) => `${share}`)).map((share) =>
      rowOf(runs.filter((run) => run.corpus === corpus && `${run.share}` === share)),
    ),
  );
  const { withinLine, line } = runs[0]!;
  return [
    '## Does training to fill in the middle pay?',
    '',
    'No. A model of this size that was trained so goes on in the style of what stands before, whatever stands behind, and does not know where to end:',
    'told both sides it never wrote just what stands between them, and it needs more bits for it than when it reads from left to right. Completions',
    'within a line go on from what stands before, and end where what stands behind is likely enough to follow.',
    '',
    `Of a share of the training's sequences a stretch is told last, behind what comes after it (\`fillIn\`: ${tflop} TFLOP each, ${oneOrSeveral}).`,
    'The transformer alone then writes',
    `${withinLine.spans} stretches within lines and ${line.spans} whole lines of held-out files, and is right where it writes exactly what stands there: knowing what`,
    'stands before (as completions do: of four texts the likeliest that ends where the rest of the line is likely enough to follow; or where text',
    'and rest are likeliest together), or both sides.',
    '',
    ...table(
      [
        'corpus',
        'share',
        'bits per byte',
        'within a line: as now',
        'jointly',
        'filled in',
        'bits',
        'bits, filled in',
        'a line: as now',
        'filled in',
        'bits',
        'bits, filled in',
      ],
      rows,
    ),
    '',
    'Bits: per byte of the stretches alone.',
    '',
  ];
}

function rowOf(runs: readonly FillInRun[]): string[] {
  const { corpus, share } = runs[0]!;
  const within = (of: (scores: SpanScores) => number | null): (number | null)[] =>
    runs.map(({ withinLine }) => of(withinLine));
  const whole = (of: (scores: SpanScores) => number | null): (number | null)[] =>
    runs.map(({ line }) => of(line));
  return [
    corpus,
    share === 0 ? 'none' : percent([share], 0),
    bits(runs.map(({ bitsPerByte }) => bitsPerByte)),
    percent(within(({ today }) => today)),
    percent(within(({ joint }) => joint)),
    percent(within(({ filledIn }) => filledIn)),
    bits(within(({ bitsBefore }) => bitsBefore)),
    bits(within(({ bitsBetween }) => bitsBetween)),
    percent(whole(({ today }) => today)),
    percent(whole(({ filledIn }) => filledIn)),
    bits(whole(({ bitsBefore }) => bitsBefore)),
    bits(whole(({ bitsBetween }) => bitsBetween)),
  ];
}

function percent(shares: readonly (number | null)[], digits = 1): string {
  const known = shares.flatMap((share) => (share === null ? [] : [100 * share]));
  return known.length === 0 ? '' : `${withSpread(known, digits)} %`;
}

function bits(values: readonly (number | null)[]): string {
  const known = values.flatMap((value) => (value === null ? [] : [value]));
  return known.length === 0 ? '' : withSpread(known, 3);
}

function withSpread(values: readonly number[], digits: number): string {
  const half = (Math.max(...values) - Math.min(...values)) / 2;
  const middle = mean(values).toFixed(digits);
  return values.length === 1 ? middle : `${middle} ± ${half.toFixed(digits)}`;
}
