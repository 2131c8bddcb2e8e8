import type { TrainingView } from '../inspectorState.ts';
import { phrases } from '../phrases/phrases.ts';

/** All curves, a point a line, and what they are read against; losses in bits per byte, as they were told. */
export function curvesCsv({
  train,
  heldOut,
  yardsticks,
}: Pick<TrainingView, 'train' | 'heldOut' | 'yardsticks'>): string {
  const words = phrases.curveWords;
  const { curve, step, epoch, seconds, loss, tokens, rate, norm } = words.columns;
  const lines: (string | number)[][] = [
    [curve, step, epoch, seconds, loss, tokens, rate, norm],
    ...train.map(([step, loss, seconds, epoch, ...rest]) => [
      words.train,
      step,
      epoch,
      seconds,
      loss,
      ...rest,
    ]),
    ...heldOut.map(([step, loss, seconds, epoch]) => [words.heldOut, step, epoch, seconds, loss, '', '', '']),
    ...(yardsticks === null ? [] : (['blind', 'frequency'] as const)).map((name) => [
      words[name],
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
