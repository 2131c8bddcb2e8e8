import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beamSection } from './beamSection.ts';
import { callsSection } from './callsSection.ts';
import { dynamicSection } from './dynamicSection.ts';
import { fillInSection } from './fillInSection.ts';
import { replaySection } from './replaySection.ts';
import type {
  BeamResults,
  CallResults,
  DynamicResults,
  FillInResults,
  ReplayResults,
  Run,
  StudyResults,
} from './results.ts';
import { studies, type Study } from './studies.ts';
import { mean, table, unique } from './table.ts';

const folder = path.join(import.meta.dirname, 'results');
export const pagePath = path.join(import.meta.dirname, '..', '..', 'docs', 'learning.md');

/** `docs/learning.md`, of what is in `results/`. */
export function learningPage(): string {
  const ran = Object.entries(studies).filter(([name]) => isThere(name));
  const results = ran.map(([name, { question, answer, reference }]): Section => {
    const compared =
      reference === undefined
        ? []
        : read<StudyResults>(reference.study).runs.filter(({ variant }) => variant === reference.variant);
    const { tflop, runs } = read<StudyResults>(name);
    return { name, question, answer, tflop, compared, runs };
  });
  return [
    ...introduction(results.flatMap(({ runs }) => runs)),
    ...results.flatMap((study) => section(study)),
    ...averaging(results.flatMap(({ runs }) => runs)),
    ...(isThere('replay') ? replaySection(read<ReplayResults>('replay')) : []),
    ...(isThere('dynamic') ? dynamicSection(read<DynamicResults>('dynamic')) : []),
    ...(isThere('fillIn') ? fillInSection(read<FillInResults>('fillIn')) : []),
    ...(isThere('beam') ? beamSection(read<BeamResults>('beam')) : []),
    ...(isThere('calls') ? callsSection(read<CallResults>('calls')) : []),
    ...notKnown(),
  ].join('\n');
}

function read<Results>(name: string): Results {
  return JSON.parse(readFileSync(resultsOf(name), 'utf8')) as Results;
}

function isThere(name: string): boolean {
  return existsSync(resultsOf(name));
}

function resultsOf(name: string): string {
  return path.join(folder, `${name}.json`);
}

interface Section extends StudyResults, Pick<Study, 'question' | 'answer'> {
  readonly name: string;
  /** of another study: what comes before the first row */
  readonly compared: readonly Run[];
}

function introduction(runs: readonly Run[]): string[] {
  const corpora = unique(runs.map(({ corpus }) => corpus));
  const counts = corpora.map((corpus) => `${corpus} ${runs.filter((run) => run.corpus === corpus).length}`);
  return [
    '# How a training learns most',
    '',
    'Ablations that the recipes (`extension/training/recipe.ts`) follow from. Each training gets the same amount of arithmetic, not of time, so',
    'that a busy machine changes nothing; the figures are bits per byte of the held-out files, all of them, by the transformer alone, with its',
    'last weights. A cell is one run unless a spread is shown: then the mean of the seeds ± half of what lies between the largest and the',
    'smallest. The last column is the geometric mean of the ratios to the first row. A training of 1 TFLOP takes one thread about 20 s.',
    '`node test/experiments/run.ts --corpora DIR STUDY` repeats a study; `node test/experiments/page.ts` renders this page of its results.',
    '',
    `How to read it: these are ${runs.length} trainings (${counts.join(', ')}), and the recipe was chosen by looking at them one after the other.`,
    'Held-out files of werkzeug and mobx decided, so their figures flatter the choice; what `confirmation` compares was not looked at before.',
    'With one seed, less than 2 % on one corpus is noise: such rows show that a choice does not matter much, not which is better.',
    '',
  ];
}

function notKnown(): string[] {
  const waiting = [...Object.keys(studies), 'dynamic', 'fillIn', 'beam'].filter((name) => !isThere(name));
  return [
    '## What is not known',
    '',
    '- Which size is best for how much arithmetic: only 96 × 2 and 128 × 4 were compared, at 2.5 TFLOP with the former recipe and at 12 TFLOP.',
    '  Where `auto` begins with `default` lies between (`extension/training/size.ts`); where it begins with `large` is a guess.',
    '- Whether Muon is better than AdamW: they were never compared with everything else equal and more than one seed.',
    '- Learning rates of `default` and `large`, and AdamW with weights that fade: untested.',
    '- Planned and given up for want of time: other rates of AdamW, still stronger decays with AdamW, input exchanged under AdamW, fading in',
    '  two readings on mobx, a vocabulary of 4,096.',
    ...(waiting.length === 0 ? [] : [`- Studies that wait to be run: ${waiting.join(', ')}.`]),
    '',
  ];
}

function section({ name, question, answer, tflop, compared, runs: own }: Section): string[] {
  const corpora = unique(own.map(({ corpus }) => corpus));
  const runs = [...compared.filter(({ corpus }) => corpora.includes(corpus)), ...own];
  const variants = unique(runs.map(({ variant }) => variant));
  const of = (variant: string, corpus: string): readonly Run[] =>
    runs.filter((run) => run.variant === variant && run.corpus === corpus);
  const rows = variants.map((variant) => {
    const ratios = corpora
      .filter((corpus) => of(variant, corpus).length > 0 && of(variants[0]!, corpus).length > 0)
      .map((corpus) => mean(bits(of(variant, corpus))) / mean(bits(of(variants[0]!, corpus))));
    const epochs = runs.filter((run) => run.variant === variant).map((run) => run.epochs);
    return [
      variant,
      ...corpora.map((corpus) => withSpread(bits(of(variant, corpus)))),
      range(epochs),
      ratios.length === 0 ? '' : geometricMean(ratios).toFixed(3),
    ];
  });
  return [
    `## ${question}`,
    '',
    `${answer} (\`${name}\`: ${tflop} TFLOP each, seeds ${unique(runs.map(({ seed }) => `${seed}`)).join(', ')})`,
    '',
    ...table(['variant', ...corpora, 'epochs', 'ratio'], rows),
    '',
  ];
}

/** Trainings of so many steps are looked at together: [from, below]. */
const lengths = [
  [0, 500],
  [500, 2_000],
  [2_000, Infinity],
] as const;

function averaging(runs: readonly Run[]): string[] {
  const decays = unique(runs.flatMap(({ averaged }) => averaged.map(([decay]) => `${decay}`)));
  const rows = lengths.flatMap(([from, below]) => {
    const some = runs.filter(({ steps }) => steps >= from && steps < below);
    return decays.map((decay) => {
      const ratios = some.flatMap((run) =>
        run.averaged.filter(([one]) => `${one}` === decay).map(([, value]) => value / run.bitsPerByte),
      );
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
      return [
        below === Infinity ? `${from} and more` : `${from} to ${below}`,
        `${some.length}`,
        decay,
        ...[geometricMean(ratios), least, most].map((ratio) => ratio.toFixed(3)),
      ];
    });
  });
  return [
    '## Are moving averages of the weights better than the last weights?',
    '',
    'Every training above was scored with both, averages that keep so much of themselves in each step: the ratio to the last weights. An average',
    'over too large a part of a training is behind; over about a twentieth of it, it was at most .2 % worse, and up to 4 % better, in all of',
    '500 steps and more. A training therefore averages over a twentieth of its steps from where the learning rate falls, and keeps the weights',
    'or their average, whichever does better on held-out windows (`extension/training/weightAverage.ts`).',
    '',
    ...table(['steps', 'trainings', 'decay of a step', 'geometric mean', 'least', 'most'], rows),
    '',
  ];
}

function bits(runs: readonly Run[]): readonly number[] {
  return runs.map(({ bitsPerByte }) => bitsPerByte);
}

function withSpread(values: readonly number[]): string {
  if (values.length === 0) return '';
  const half = (Math.max(...values) - Math.min(...values)) / 2;
  return values.length === 1 ? mean(values).toFixed(3) : `${mean(values).toFixed(3)} ± ${half.toFixed(3)}`;
}

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values).toFixed(1), Math.max(...values).toFixed(1)];
  return least === most ? least : `${least}–${most}`;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map((value) => Math.log(value))));
}

if (import.meta.filename === process.argv[1]) writeFileSync(pagePath, learningPage());
