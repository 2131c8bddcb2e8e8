import type { ReplayResults, ReplayRun } from './results.ts';
import { table, unique } from './table.ts';

export function replaySection({ runs }: ReplayResults): string[] {
  const seeds = unique(runs.map(({ seed }) => `${seed}`)).join(', ');
  return [
    '## Should the base repeat its own text while it learns a workspace?',
    '',
    'No. What is repeated is missing from what is learnt: a tenth costs .1 to .2 % of the workspace’s bits, which may be noise, three tenths .7 %. What it',
    'buys, 1 to 4 % fewer bits for code of other projects, nobody asks for in a workspace, and the base’s text would have to ship with it. So a',
    'training from the base does not repeat; `nihilo finetune --replay` does.',
    '',
    `A share of the sequences is text that the base was pre-trained on (\`replay\`, seed ${seeds}; the arithmetic is the same whatever the share). The base's`,
    'own held-out text tells what is forgotten, the workspace’s what is learnt; the transformer alone.',
    '',
    ...table(
      ['corpus', 'TFLOP', 'repeated', 'readings', 'bits per byte', 'averaged weights', 'of the base’s text'],
      runs.map(rowOf),
    ),
    '',
  ];
}

function rowOf({
  corpus,
  tflop,
  share,
  epochs,
  bitsPerByte,
  averaged,
  baseBitsPerByte,
}: ReplayRun): string[] {
  return [
    corpus,
    `${tflop}`,
    share === 0 ? 'none' : `${100 * share} %`,
    epochs.toFixed(1),
    ...[bitsPerByte, averaged, baseBitsPerByte].map((bits) => bits.toFixed(3)),
  ];
}
