import type { JSX } from 'preact';
import { decimal } from './figures.ts';
import { phrases } from './phrases/phrases.ts';
import type { Selection } from './selection.ts';
import { useView } from './view.ts';

/** A slider with its value beside it. */
interface SliderProps {
  readonly label: string;
  readonly field: 'temperature' | 'topP';
  readonly most: number;
}

function Slider({ label, field, most }: SliderProps): JSX.Element {
  const { selection, dispatch } = useView();
  const value = selection[field];
  return (
    <label class="slider">
      {label}{' '}
      <input
        type="range"
        min={0}
        max={most}
        step={0.05}
        value={value}
        aria-valuetext={decimal(value, 2)}
        onInput={(event) =>
          dispatch({ type: 'select', change: { [field]: Number(event.currentTarget.value) } })
        }
      />{' '}
      <output>{decimal(value, 2)}</output>
    </label>
  );
}

interface WholeNumberProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

export function WholeNumber({ label, value, least, most, onChange }: WholeNumberProps): JSX.Element {
  return (
    <label>
      {label}{' '}
      <input
        type="number"
        min={least}
        max={most}
        step={1}
        value={value}
        onChange={(event) => {
          const typed = Number(event.currentTarget.value);
          if (Number.isInteger(typed) && typed >= least && typed <= most) onChange(typed);
        }}
      />
    </label>
  );
}

/** Temperature, filters and seed of the draw. */
export function Sampling(): JSX.Element {
  const { selection, dispatch } = useView();
  const set = (change: Partial<Selection>): void => dispatch({ type: 'select', change });
  return (
    <p class="controls">
      <Slider label={phrases.temperature} field="temperature" most={2} />
      <WholeNumber
        label={phrases.topK}
        value={selection.topK}
        least={0}
        most={65_535}
        onChange={(topK) => set({ topK })}
      />
      <Slider label={phrases.topP} field="topP" most={1} />
      <WholeNumber
        label={phrases.seed}
        value={selection.seed}
        least={0}
        most={2 ** 31}
        onChange={(seed) => set({ seed })}
      />
    </p>
  );
}
