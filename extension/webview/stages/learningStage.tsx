import type { JSX } from 'preact';
import { decimal, scientific } from '../figures.ts';
import { KnownNum, Num, Numbers, SignedBar } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { WholeNumber } from '../sampling.tsx';
import { matrixSize } from '../selection.ts';
import type { WeightPlace } from '../../protocol/stages.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';
import { TrainedStep } from './trainedStep.tsx';
import { WholePassButtons } from './wholePassButtons.tsx';

const matrices = ['embedding', 'qkv', 'output', 'up', 'down'] as const;
/** Learning rates that are offered. */
const rates = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** How wrong the prediction was, and how every number would be nudged. */
export function LearningStage(): JSX.Element {
  const asked = useAnswer('learning');
  if (asked === null) return <WeightControls />;
  return (
    <div>
      <Loss {...asked} />
      <OneWeight {...asked} />
      {asked.answer.trained !== null && (
        <TrainedStep
          trained={asked.answer.trained}
          place={asked.question.weight}
          rate={asked.question.rate}
          before={asked.answer}
        />
      )}
      <WholePassButtons />
    </div>
  );
}

type Learning = NonNullable<ReturnType<typeof useAnswer<'learning'>>>;

function Loss({ answer, question }: Learning): JSX.Element {
  const { actual, vocabulary, errors } = answer;
  const { position } = question;
  if (actual === null) return <p>{phrases.noActual}</p>;
  return (
    <Numbers label={phrases.loss}>
      <p>
        {phrases.actualBefore} <TokenText bytes={actual.bytes} />, p ={' '}
        <Num
          number={{ of: 'probability', position, token: actual.id, temperature: 1 }}
          value={actual.probability}
          shown={scientific(actual.probability, 6)}
        />
      </p>
      <p>
        {phrases.loss} −ln p = <Num number={{ of: 'loss', position }} value={-Math.log(actual.probability)} />{' '}
        {phrases.blind(vocabulary)}{' '}
        <KnownNum
          of="blind"
          shown={decimal(Math.log(vocabulary), 4)}
          sentence={phrases.blindSentence(vocabulary)}
          explanation={{
            formula: 'loss',
            operands: { p: 1 / vocabulary },
            machine: [Math.log(vocabulary), Math.log2(vocabulary)],
          }}
        />
      </p>
      <h4>{phrases.errorsHeading}</h4>
      <table>
        <TableHead
          columns={[[phrases.token], ['p', 'number'], [phrases.errorColumn, 'number'], ['', 'bar-column']]}
        />
        <tbody>
          {errors.map((token) => (
            <tr key={token.id} class={token.id === actual.id ? 'actual' : ''}>
              <td>
                <TokenText bytes={token.bytes} />
              </td>
              <td class="number">
                <Num
                  number={{ of: 'probability', position, token: token.id, temperature: 1 }}
                  value={token.probability}
                  decimals={6}
                />
              </td>
              <td class="number">
                <Num number={{ of: 'error', position, token: token.id }} value={token.error} decimals={6} />
              </td>
              <td class="bar-column">
                <SignedBar share={token.error} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Numbers>
  );
}

/** One weight, its gradient and the nudge; and what nudging all of them at once does. */
function OneWeight({ answer, question }: Learning): JSX.Element {
  const { weight: place, rate } = question;
  const { value, gradient, after } = answer.weight;
  // As a calculator has it; the machine's is on the sheet.
  const nudged = Number(value.toFixed(8)) - rate * Number(gradient.toPrecision(8));
  return (
    <section>
      <h4>{phrases.weightHeading}</h4>
      <WeightControls />
      <Numbers label={phrases.weightHeading}>
        <p class="equation">
          w − η × g = {decimal(value, 8)} − {rate} ×{' '}
          <Num number={{ of: 'gradient', ...place }} value={gradient} shown={scientific(gradient, 8)} /> ={' '}
          <Num number={{ of: 'descent', rate, ...place }} value={after} shown={decimal(nudged, 8)} />
        </p>
      </Numbers>
      <p data-mean-before={answer.meanBefore} data-mean-after={answer.meanAfter}>
        {phrases.step1(decimal(answer.meanBefore, 4), decimal(answer.meanAfter, 4))}{' '}
        {answer.actual !== null &&
          answer.probabilityAfter !== null &&
          phrases.step1Here(scientific(answer.actual.probability), scientific(answer.probabilityAfter))}
      </p>
    </section>
  );
}

/** Which weight, and how far it is nudged. */
function WeightControls(): JSX.Element {
  const { selection, select, inspection } = useView();
  const { weight: place, rate } = selection;
  const [rows, columns] = matrixSize(place.matrix, inspection);
  const setWeight = (change: Partial<WeightPlace>): void => select({ weight: { ...place, ...change } });
  return (
    <p class="controls">
      <label>
        {phrases.matrix}{' '}
        <select
          value={place.matrix}
          onChange={(event) => {
            const matrix = matrices.find((name) => name === event.currentTarget.value);
            if (matrix === undefined) return;
            // A token that stands in the text has learnt something from it.
            const row = matrix === 'embedding' ? (inspection.tokens[inspection.position]?.id ?? 0) : 0;
            setWeight({ matrix, row, col: 0 });
          }}
        >
          {matrices.map((matrix) => (
            <option key={matrix} value={matrix}>
              {phrases.matrices[matrix]}
            </option>
          ))}
        </select>
      </label>
      <WholeNumber
        label={phrases.row}
        value={place.row + 1}
        least={1}
        most={rows}
        onChange={(row) => setWeight({ row: row - 1 })}
      />
      <WholeNumber
        label={phrases.column}
        value={place.col + 1}
        least={1}
        most={columns}
        onChange={(col) => setWeight({ col: col - 1 })}
      />
      <label>
        {phrases.learningRate}{' '}
        <select value={rate} onChange={(event) => select({ rate: Number(event.currentTarget.value) })}>
          {rates.map((offered) => (
            <option key={offered} value={offered}>
              {offered}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}
