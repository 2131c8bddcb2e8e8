import type { TrainingView } from '../inspectorState.ts';

/** All curves, a point a line, and what they are read against; losses in bits per byte, as they were told. */
export function curvesCsv({
  train,
  heldOut,
  yardsticks,
}: Pick<TrainingView, 'train' | 'heldOut' | 'yardsticks'>): string {
  const lines: (string | number)[][] = [
    ['curve', 'step', 'epoch', 'seconds', 'bits per byte', 'tokens', 'learning rate', 'gradient norm'],
    ...train.map(([step, loss, seconds, epoch, ...rest]) => ['train', step, epoch, seconds, loss, ...rest]),
    ...heldOut.map(([step, loss, seconds, epoch]) => ['held-out', step, epoch, seconds, loss, '', '', '']),
    ...(yardsticks === null ? [] : (['blind', 'frequency'] as const)).map((name) => [
      name,
      '',
      '',
      '',
      yardsticks![name].bitsPerByte,
      '',
      '',
      '',
    ]),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}
