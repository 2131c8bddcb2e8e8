import type { ReplayResults, ReplayRun } from './results.ts';
import { table, unique } from './table.ts';

const answer = '';

export function replaySection({ runs }: ReplayResults): string[] {
  const seeds = unique(runs.map(({ seed }) => `${seed}`)).join(', ');
  return [
    '## Should the base repeat its own text while it learns a workspace?',
    '',
    answer,
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
