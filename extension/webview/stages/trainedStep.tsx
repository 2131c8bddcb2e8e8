import type { JSX } from 'preact';
import type { OptimizerStep } from '../../protocol/optimizerStep.ts';
import type { StageAnswers, WeightPlace } from '../../protocol/stages.ts';
import { decimal, scientific } from '../figures.ts';
import { Num, Numbers } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';

type Learning = StageAnswers['learning'];

interface TrainedStepProps {
  readonly trained: NonNullable<Learning['trained']>;
  readonly place: WeightPlace;
  readonly rate: number;
  /** what it was before */
  readonly before: Learning;
}

/** The same weight in a step as the model's training takes it. */
export function TrainedStep({ trained, place, rate, before }: TrainedStepProps): JSX.Element {
  const { step, meanAfter, probabilityAfter } = trained;
  const heading = phrases.optimizerHeading(step.optimizer === 'muon' ? 'Muon' : 'AdamW');
  return (
    <section class="trained-step" data-optimizer={step.optimizer} data-steps={step.steps ?? ''}>
      <h4>{heading}</h4>
      <p class="quiet">{step.optimizer === 'muon' ? phrases.muonHint : phrases.adamwHint}</p>
      <p class="quiet">{step.steps === null ? phrases.freshMoments : phrases.keptMoments(step.steps)}</p>
      {step.isLeastDecay && <p class="quiet">{phrases.leastDecay}</p>}
      <Numbers label={heading}>
        <table>
          <tbody>
            {rowsOf(step).map(([name, sign, values]) => (
              <tr key={sign}>
                <th scope="row">{name}</th>
                <td>{sign}</td>
                <td class="number">{values.map((value) => scientific(value)).join(' → ')}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">{phrases.weightRow}</th>
              <td>w</td>
              <td class="number">
                {decimal(step.before, 6)} →{' '}
                <Num number={{ of: 'optimizerStep', rate, ...place }} value={step.after} decimals={6} />
              </td>
            </tr>
          </tbody>
        </table>
      </Numbers>
      <p data-trained-mean={meanAfter}>
        {phrases.trainedStep(decimal(before.meanBefore, 4), decimal(meanAfter, 4))}{' '}
        {before.actual !== null &&
          probabilityAfter !== null &&
          phrases.step1Here(scientific(before.actual.probability), scientific(probabilityAfter))}
      </p>
    </section>
  );
}

type Row = readonly [name: string, sign: string, values: readonly number[]];

/** What the step is made of, in the order in which it is. */
function rowsOf(step: OptimizerStep): readonly Row[] {
  const { gradient, gradientNorm, clip, first, rate, decay } = step;
  const given: Row[] = [
    [phrases.gradientRow, 'g', [gradient]],
    [phrases.normRow, '|g|', [gradientNorm]],
    [phrases.clipRow, 'c', [clip]],
  ];
  const rates: Row[] = [
    [phrases.learningRate, 'η', [rate]],
    [phrases.decayRow, 'λ', [decay]],
  ];
  const moment = [first.before, first.after];
  return step.optimizer === 'adamw'
    ? [
        ...given,
        [phrases.meanRow, 'm', moment],
        [phrases.squareRow, 'v', [step.second.before, step.second.after]],
        ...rates,
      ]
    : [
        ...given,
        [phrases.momentumRow, 'm', moment],
        [phrases.directionRow, 'o', [step.direction]],
        [phrases.scaleRow, 's', [step.scale]],
        ...rates,
      ];
}
