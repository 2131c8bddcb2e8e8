import type { TrainingView } from './inspectorState.ts';

/** Both curves, a point a line; losses in bits per byte. */
export function curvesCsv({ train, heldOut }: Pick<TrainingView, 'train' | 'heldOut'>): string {
  const lines = [
    ['curve', 'step', 'bits per byte'],
    ...train.map(([step, loss]) => ['train', step, loss]),
    ...heldOut.map(([step, loss]) => ['held-out', step, loss]),
  ];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}
