import { thresholds } from '../../extension/evaluation/keystrokes.ts';
import { ReadmeSection, table } from '../readmeSection.ts';
import { among, developmentCorpora, type QualityResults, unseenCorpora } from './results.ts';
import { baseLines } from './baseTable.ts';
import { percent, share } from './figures.ts';
import {
  evaluationsAt,
  fromNothing,
  type Moment,
  momentsOf,
  rowOf,
  type Summary,
  summarize,
} from './summary.ts';

export const qualityPart = new ReadmeSection('quality', 'node test/quality/measure.ts');
export const unseenPart = new ReadmeSection('unseen', 'node test/quality/measure.ts --unseen');

interface Line {
  readonly what: string;
  readonly direction: 'atMost' | 'atLeast';
  /** promises for the index, 1 minute, 5 minutes and 20 minutes */
  readonly targets: readonly [number | null, number, number, number] | null;
  readonly of: (summary: Summary) => number | null;
  readonly show: (value: number, more?: number) => string;
}

const points = (value: number, more = 0): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1 + more)}`;

const lines: readonly Line[] = [
  {
    what: 'bits over those of zpaq -m5',
    direction: 'atMost',
    targets: [0.95, 0.83, 0.77, 0.72],
    of: ({ overZpaq }) => overZpaq,
    show: share,
  },
  {
    what: 'bits over those of zpaq -m5 that is told it reads text',
    direction: 'atMost',
    targets: null,
    of: ({ overZpaqText }) => overZpaqText,
    show: share,
  },
  {
    what: 'bits against counts + cache (Kneser–Ney)',
    direction: 'atMost',
    targets: [-12, -23, -29, -33],
    of: ({ overBaseline }) => 100 * (overBaseline - 1),
    show: percent,
  },
  {
    what: 'next token, top-1',
    direction: 'atLeast',
    targets: [0.62, 0.645, 0.66, 0.67],
    of: ({ top1 }) => top1,
    show: share,
  },
  {
    what: 'next token, MRR@10',
    direction: 'atLeast',
    targets: [0.7, 0.73, 0.75, 0.76],
    of: ({ mrr }) => mrr,
    show: share,
  },
  {
    what: 'keystrokes saved, points over counts + cache',
    direction: 'atLeast',
    targets: [1, 4, 6, 8],
    of: ({ savedMore }) => savedMore,
    show: points,
  },
  {
    what: 'bits of the worst file against counts + cache',
    direction: 'atMost',
    // A promise about the mixture.
    targets: [null, 2, 2, 2],
    of: ({ worstFile }) => 100 * (worstFile.ratio - 1),
    show: percent,
  },
];

const plannedMoments: readonly Moment[] = ['index', 60, 300, 1200];

/** Of the development corpora. */
export function qualitySection(all: QualityResults, file: string): string {
  const results = among(all, developmentCorpora);
  const summaries = summariesOf(results);
  const { machine, measuredAt } = results;
  return qualityPart.around(file, [
    `Measured on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, commit ${commitsOf(results)}, ${measuredAt.slice(0, 10)}. A tenth of the files`,
    'is held out, other ones by each seed; each is predicted token by token from its own text so far and from the other files. Means over',
    `the corpora, of each over its seeds (of ratios: geometric), targets behind the measured figures. Seed 1 was there while Nihilo was developed.`,
    '',
    ...judgedLines(summaries),
    ...summaries.flatMap((summary) => seedLines(results, summary)),
    ...corpusLines(results, summaries),
    ...summaries.map(
      (summary) =>
        `- ${name(summary.moment)}: ${summary.evaluations} ${summary.evaluations === 1 ? 'evaluation' : 'evaluations'} (${summary.corpora.join(', ')}), at most ${summary.seconds.toFixed(0)} s after opening the folder.`,
    ),
    '',
    ...baseLines(results, developmentCorpora),
    ...olderLines(results),
    `All figures: [${file.split('/').at(-1)!}](${file}).`,
  ]);
}

/** Of the others, which tell whether what was found on those holds elsewhere. */
export function unseenSection(all: QualityResults, file: string): string {
  const results = among(all, unseenCorpora);
  const summaries = summariesOf(results);
  return unseenPart.around(file, [
    'Those corpora were there while Nihilo was developed. Whether what was found on them holds elsewhere is told by packages that nobody has',
    `looked at, let alone chosen anything by, and none of which the base model has learnt from: measured on the same machine, commit ${commitsOf(results)}.`,
    '',
    ...judgedLines(summaries),
    ...corpusLines(results, summaries),
    ...baseLines(results, unseenCorpora),
    ...olderLines(results),
    `All figures: [${file.split('/').at(-1)!}](${file}).`,
  ]);
}

function summariesOf(results: QualityResults): Summary[] {
  return momentsOf(results).map((moment) => summarize(evaluationsAt(results, moment), moment));
}

/** Commits of which a completion ended with a whole token only; those before them saw fewer thresholds. */
const ofWholeTokens: readonly string[] = ['5c9f59d', 'ad47e88'];

/** Of how many evaluations the keystrokes are those of completions that are no longer made. */
function olderLines({ evaluations }: QualityResults): string[] {
  const oldest = evaluations.filter(({ rows }) =>
    rows.some(({ details }) => details.keystrokes.length < thresholds.length),
  );
  const older = evaluations.filter((one) => oldest.includes(one) || ofWholeTokens.includes(one.commit));
  if (older.length === 0) return [];
  return [
    `Keystrokes saved of ${older.length} of these ${evaluations.length} evaluations are of older completions, which ended with a whole token only. Those of ${oldest.length},`,
    'counted at ten thresholds, cut a word half typed in one way and showed a line in one piece, too. Of all predictors more are saved',
    'today, of counts + cache too.',
    '',
  ];
}

function commitsOf({ evaluations }: QualityResults): string {
  return [...new Set(evaluations.map(({ commit }) => commit))].join(' and ');
}

/** What all corpora come to, beside what was aimed at. */
function judgedLines(summaries: readonly Summary[]): string[] {
  return [
    ...table(
      ['', ...summaries.map(heading)],
      lines.map((line) => [line.what, ...summaries.map((summary) => cell(line, summary))]),
    ),
    '',
  ];
}

/** The bits of each corpus. */
function corpusLines(results: QualityResults, summaries: readonly Summary[]): string[] {
  const head = [
    `bits per byte, seed ${seedOfCorpora(results)}`,
    'zpaq -m5',
    'counts + cache',
    'counts',
    ...summaries.slice(1).map(({ moment }) => name(moment)),
  ];
  return [...table(head, corpusRows(results, summaries)), ''];
}

function name(moment: Moment): string {
  return moment === 'index' ? 'Index ready' : moment === 60 ? '1 minute' : `${moment / 60} minutes`;
}

function heading({ moment, corpora, seeds, evaluations }: Summary): string {
  const what = moment === 'index' ? 'index ready, counts' : `${moment / 60} min, mixture`;
  const most = evaluations === corpora.length * seeds.length ? '' : 'up to ';
  return `${what} (${corporaText(corpora)}, ${seeds.length === 1 ? `seed ${seeds[0]}` : `${most}${seeds.length} seeds`})`;
}

function corporaText({ length }: readonly string[]): string {
  return `${length} ${length === 1 ? 'corpus' : 'corpora'}`;
}

/** What each of several seeds came to, on the corpora that all of them have. */
function seedLines(results: QualityResults, { moment, seeds }: Summary): string[] {
  if (seeds.length === 1) return [];
  const all = evaluationsAt(results, moment);
  const corpora = [...Map.groupBy(all, ({ corpus }) => corpus)].flatMap(([corpus, own]) =>
    own.length === seeds.length ? [corpus] : [],
  );
  if (corpora.length === 0) return [];
  const summaries = seeds.map((one) =>
    summarize(
      all.filter(({ seed, corpus }) => seed === one && corpora.includes(corpus)),
      moment,
    ),
  );
  const what = moment === 'index' ? 'index ready' : name(moment);
  return [
    ...table(
      [`${what}, ${corporaText(corpora)}`, ...seeds.map((seed) => `seed ${seed}`)],
      lines.map(({ what, of, show }) => [
        what,
        ...summaries.map((summary) => {
          const value = of(summary);
          return value === null ? '–' : show(value);
        }),
      ]),
    ),
    '',
  ];
}

function cell({ of, show, targets, direction }: Line, summary: Summary): string {
  const value = of(summary);
  const target = targets?.[plannedMoments.indexOf(summary.moment)];
  if (value === null) return 'zpaq is not installed';
  if (target === undefined || target === null) return show(value);
  const met = direction === 'atMost' ? value <= target : value >= target;
  // What missed by less than is shown would look as if it had not.
  const shown = !met && show(value) === show(target) ? show(value, 1) : show(value);
  return `${shown} (${direction === 'atMost' ? '≤' : '≥'} ${show(target)}: ${met ? 'met' : '**missed**'})`;
}

/** Another seed holds out other files, whose bits are no measure of these. */
function seedOfCorpora(results: QualityResults): number {
  return Math.min(...fromNothing(results).map(({ seed }) => seed));
}

function corpusRows(results: QualityResults, summaries: readonly Summary[]): string[][] {
  const seed = seedOfCorpora(results);
  const evaluations = fromNothing(results).filter((evaluation) => evaluation.seed === seed);
  const corpora = [...new Set(evaluations.map(({ corpus }) => corpus))];
  return corpora.map((corpus) => {
    const own = evaluations.filter((evaluation) => evaluation.corpus === corpus);
    const first = own[0]!;
    const zpaq = first.compressors['zpaq5'];
    return [
      `${corpus}, ${(first.trainBytes / 1e6).toFixed(1)} MB`,
      zpaq === undefined ? '–' : share(zpaq.bitsPerByte),
      ...(['counts+cache', 'counts'] as const).map((predictor) => share(rowOf(first, predictor).bitsPerByte)),
      ...summaries.slice(1).map(({ moment }) => {
        const evaluation = own.find(({ seconds }) => seconds === moment);
        return evaluation === undefined ? '–' : share(rowOf(evaluation, 'mixture').bitsPerByte);
      }),
    ];
  });
}
