import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ScoredToken } from '../../protocol/prediction.ts';
import { count } from '../figures.ts';
import { LayerChoice } from '../layerChoice.tsx';
import { Bar, FoldedVector, Num, Numbers, ProbabilityCells, Vector } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';
import { FiringLinesView } from './firingLinesView.tsx';
import { NeuronBars } from './neuronBars.tsx';

const listed = 20;

type Answered = NonNullable<ReturnType<typeof useAnswer<'neurons'>>>;

/** Which neurons fire, how strongly, and what the prediction is without one of them. */
export function NeuronsStage(): JSX.Element {
  const asked = useAnswer('neurons');
  return asked === null ? <LayerChoice withHead={false} /> : <Neurons {...asked} />;
}

function Neurons(asked: Answered): JSX.Element {
  const { selection, select } = useView();
  const { layer, position } = asked.question;
  const { before, after, firing, normal, added, output, top, topSilenced } = asked.answer;
  const inLayer = (of: 'middleNorm' | 'down' | 'output') => (index: number) => ({
    of,
    layer,
    position,
    index,
  });
  const order = useMemo(() => strongestFirst(before, after), [before, after]);
  const chosen = selection.neuron ?? order[0]!;
  return (
    <div>
      <LayerChoice withHead={false} />
      <p>{phrases.firing(firing, before.length)}</p>
      <NeuronBars before={before} after={after} order={order} firing={firing} chosen={chosen} />
      <div class="columns">
        <Strongest answer={asked.answer} question={asked.question} order={order} chosen={chosen} />
        <div>
          <p class="controls">
            <button
              type="button"
              aria-pressed={selection.silenced}
              class="toggle"
              onClick={() => select({ neuron: chosen, silenced: !selection.silenced })}
            >
              {phrases.silence(chosen + 1)}
            </button>
          </p>
          <Numbers label={phrases.guesses}>
            <Guesses label={phrases.guesses} tokens={top} position={position} />
          </Numbers>
          {topSilenced !== null && (
            <Guesses label={phrases.guessesSilenced} tokens={topSilenced} position={null} />
          )}
        </div>
        <div class="whole-row">
          <FiringLinesView neuron={chosen} />
          <FoldedVector label={phrases.normalVector} values={normal} nameOf={inLayer('middleNorm')} />
          <FoldedVector label={phrases.addedByNeurons} values={added} nameOf={inLayer('down')} />
          <Vector label={phrases.afterNeurons} values={output} nameOf={inLayer('output')} />
        </div>
      </div>
    </div>
  );
}

function strongestFirst(before: readonly number[], after: readonly number[]): number[] {
  const neurons = before.map((_, neuron) => neuron);
  return neurons.sort((a, b) => after[b]! - after[a]! || before[b]! - before[a]!);
}

interface StrongestProps extends Answered {
  readonly order: readonly number[];
  readonly chosen: number;
}

function Strongest({ answer, question, order, chosen }: StrongestProps): JSX.Element {
  const { select } = useView();
  const { layer, position } = question;
  const { before, after } = answer;
  const most = after[order[0]!]!;
  const top = order.slice(0, listed);
  // The chosen one is there whichever it is.
  const shown = top.includes(chosen) ? top : [...top, chosen];
  return (
    <Numbers label={phrases.neuronsHeading}>
      <table>
        <TableHead
          columns={[
            [phrases.rank, 'number'],
            [phrases.neuron],
            [phrases.beforeReLU, 'number'],
            [phrases.afterReLU, 'number'],
            ['', 'bar-column'],
          ]}
        />
        <tbody>
          {shown.map((neuron) => (
            <tr key={neuron} class={neuron === chosen ? 'chosen' : ''} data-neuron={neuron}>
              <td class="number">{count(order.indexOf(neuron) + 1)}</td>
              <td>
                <button
                  type="button"
                  class="plain"
                  aria-pressed={neuron === chosen}
                  onClick={() => select({ neuron })}
                >
                  {count(neuron + 1)}
                </button>
              </td>
              <td class="number">
                <Num number={{ of: 'neuron', layer, position, index: neuron }} value={before[neuron]!} />
              </td>
              <td class="number">
                <Num number={{ of: 'activation', layer, position, index: neuron }} value={after[neuron]!} />
              </td>
              <td class="bar-column">
                <Bar share={most > 0 ? after[neuron]! / most : 0} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Numbers>
  );
}

function Guesses({
  label,
  tokens,
  position,
}: {
  readonly label: string;
  readonly tokens: readonly ScoredToken[];
  /** behind which they may come; null: of another run, in which a neuron is silenced */
  readonly position: number | null;
}): JSX.Element {
  return (
    <table class="guesses">
      <caption>{label}</caption>
      <tbody>
        {tokens.map(({ id, bytes, probability }) => (
          <tr key={id}>
            <td>
              <TokenText bytes={bytes} />
            </td>
            <ProbabilityCells probability={probability} token={id} position={position} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
