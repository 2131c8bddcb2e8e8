import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { NumberName, StageAnswers } from '../../protocol/stages.ts';
import { decimal } from '../figures.ts';
import { Num, Numbers } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useView } from '../view.ts';

/** The way from a query and a key to a share. */
const steps = ['product', 'scaled', 'masked', 'power', 'share'] as const;
type Step = (typeof steps)[number];

interface AttentionGridProps {
  readonly answer: StageAnswers['attention'];
  readonly layer: number;
  readonly head: number;
}

/** All of a head in numbers, one step at a time, where the text is short: rows look at columns. */
export function AttentionGrid({ answer, layer, head }: AttentionGridProps): JSX.Element | null {
  const { inspection } = useView();
  const [step, setStep] = useState<Step>('share');
  const { grid, tokens, query } = answer;
  if (grid === null) return null;
  const cells = cellsOf(grid, tokens, Math.sqrt(query.length), step);
  const most = Math.max(1e-9, ...cells.filter(Number.isFinite).map(Math.abs));
  return (
    <section class="whole-row matrix">
      <h4>{phrases.gridHeading}</h4>
      <Steps step={step} onChoose={setStep} />
      <div class="scores-frame">
        <Numbers label={phrases.gridHeading}>
          <table class="grid" data-step={step}>
            <thead>
              <tr>
                <td />
                {inspection.tokens.map((token, i) => (
                  <th key={i} scope="col">
                    <TokenText bytes={token.bytes} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {inspection.tokens.map((token, row) => (
                <tr key={row} class={row === inspection.position ? 'chosen' : ''}>
                  <th scope="row">
                    <TokenText bytes={token.bytes} />
                  </th>
                  {inspection.tokens.map((_, other) => {
                    const value = cells[row * tokens + other]!;
                    const of = step === 'share' ? 'weight' : 'score';
                    const number = { of, layer, head, position: row, other } as const;
                    return (
                      <Cell
                        key={other}
                        number={other <= row ? number : null}
                        value={value}
                        heat={Number.isFinite(value) ? value / most : 0}
                      />
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Numbers>
      </div>
    </section>
  );
}

interface StepsProps {
  readonly step: Step;
  readonly onChoose: (step: Step) => void;
}

function Steps({ step, onChoose }: StepsProps): JSX.Element {
  return (
    <p class="controls" role="group" aria-label={phrases.gridSteps}>
      {steps.map((name) => (
        <button
          key={name}
          type="button"
          class="toggle"
          aria-pressed={name === step}
          onClick={() => onChoose(name)}
        >
          {phrases.gridStep[name]}
        </button>
      ))}
    </p>
  );
}

interface CellProps {
  /** null: it is ahead, and has no name */
  readonly number: NumberName | null;
  readonly value: number;
  readonly heat: number;
}

function Cell({ number, value, heat }: CellProps): JSX.Element {
  return (
    <td class="number" data-cell={value}>
      {number === null ? (
        <span class="quiet">{Number.isFinite(value) ? decimal(value, 2) : '−∞'}</span>
      ) : (
        <Num number={number} value={value} decimals={2} heat={heat} />
      )}
    </td>
  );
}

/** @param grid q · k ÷ √d of every two tokens @param root √d */
function cellsOf(grid: readonly number[], tokens: number, root: number, step: Step): number[] {
  const cells: number[] = [];
  for (let row = 0; row < tokens; row++) {
    const scaled = grid.slice(row * tokens, (row + 1) * tokens);
    const seen = scaled.slice(0, row + 1);
    const most = Math.max(...seen);
    const powers = scaled.map((score, other) => (other <= row ? Math.exp(score - most) : 0));
    const sum = powers.reduce((total, power) => total + power, 0);
    const ofStep: Readonly<Record<Step, (score: number, other: number) => number>> = {
      product: (score) => score * root,
      scaled: (score) => score,
      masked: (score, other) => (other <= row ? score : -Infinity),
      power: (_, other) => powers[other]!,
      share: (_, other) => powers[other]! / sum,
    };
    cells.push(...scaled.map(ofStep[step]));
  }
  return cells;
}
