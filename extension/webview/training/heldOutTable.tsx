import type { JSX } from 'preact';
import { count, decimal, duration } from '../figures.ts';
import type { TrainingView } from '../inspectorState.ts';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';

/** How many points the table lists, the last ones: the file has them all. */
const listedPoints = 12;

/** The held-out points as numbers. */
export function HeldOutTable({ training }: { readonly training: TrainingView }): JSX.Element | null {
  const { heldOut, best } = training;
  if (heldOut.length === 0) return null;
  return (
    <details>
      <summary>{phrases.numbers}</summary>
      <div class="scores-frame" role="region" aria-label={phrases.numbers} tabIndex={0}>
        <table class="held-out">
          <TableHead
            columns={[
              [phrases.step, 'number'],
              [phrases.epoch, 'number'],
              [phrases.time, 'number'],
              [phrases.lossAxis, 'number'],
            ]}
          />
          <tbody>
            {heldOut.slice(-listedPoints).map(([step, bitsPerByte, seconds, epoch]) => (
              <tr key={step}>
                <td class="number">{count(step)}</td>
                <td class="number">{decimal(epoch, 2)}</td>
                <td class="number">{duration(seconds)}</td>
                <td class="number">
                  {decimal(bitsPerByte, 4)}
                  {step === best?.[0] && ` (${phrases.best})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
