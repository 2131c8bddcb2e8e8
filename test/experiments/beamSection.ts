import { bestPoint, type KeystrokePoint } from '../../extension/evaluation/keystrokes.ts';
import type { BeamResults, BeamRun } from './results.ts';
import { table } from './table.ts';

/** From here on two lines that begin differently can't both be likely enough. */
const sure = 0.5;

export function beamSection({ runs }: BeamResults): string[] {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].join(', ');
  return [
    '## Does a beam find better lines than one token after the other?',
    '',
    'Hardly, and nothing that is worth showing. A beginning of a line that is right with a probability of a half or more is made of the likeliest',
    'token at each of its places, so no beam can hold another one: from there on the same is shown, key for key. Below, a beam of two saves',
    `${gains(runs)} points more and takes up to twice as long where the transformer is heard; one of four saves no more than one of two. Texts`,
    'go on growing by the likeliest token (`extension/prediction/growText.ts`).',
    '',
    `Lines of held-out files (\`beam\`, seed ${seeds}) before any training; the same lines, gate and simulator as in an evaluation. With a beam the`,
    'gate shows, of every line that it has kept, the beginning that saves most keys on average.',
    '',
    ...table(
      [
        'corpus',
        'predictor',
        'beam',
        'lines right',
        'keystrokes saved',
        'from',
        'accepted',
        `from ${sure}`,
        'places an ask',
        '95th percentile',
      ],
      runs.map(rowOf),
    ),
    '',
    'Keystrokes: at the threshold that saves most while half of what is shown is accepted, which stands beside it with that share, and at',
    `${sure}. Places: where the model was asked for the next token, of one suggestion of the simulator. Times: what it took the thread that`,
    'computes, ± 4 ms.',
    '',
  ];
}

/** From the least to the most that a beam of two saves beyond none, of all corpora and predictors. */
function gains(runs: readonly BeamRun[]): string {
  const savedBy = (width: number, like: BeamRun): number => {
    const run = runs.find(
      (one) => one.width === width && one.corpus === like.corpus && one.predictor === like.predictor,
    );
    return bestPoint(run?.curve ?? [])?.saved ?? NaN;
  };
  const points = runs
    .filter(({ width }) => width === 1)
    .map((run) => 100 * (savedBy(2, run) - savedBy(1, run)));
  return `${Math.min(...points).toFixed(1)} to ${Math.max(...points).toFixed(1)}`;
}

function rowOf(run: BeamRun): string[] {
  const best = bestPoint(run.curve);
  const atSure = run.curve.find(({ threshold }) => threshold === sure);
  return [
    run.corpus,
    run.predictor === 'counts' ? 'counts' : 'counts + base',
    run.width === 1 ? 'none' : `${run.width}`,
    percent(run.exact),
    best === null ? '' : percent(best.saved),
    best === null ? '' : `${best.threshold}`,
    best === null ? '' : percent(best.acceptance),
    savedAt(atSure),
    run.placesPerAsk.toFixed(1),
    `${run.p95Ms.toFixed(1)} ms`,
  ];
}

function savedAt(point: KeystrokePoint | undefined): string {
  return point === undefined ? '' : percent(point.saved);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
