import type { JSX } from 'preact';
import { decimal } from './figures.ts';
import { phrases } from './phrases/phrases.ts';
import { useView } from './view.ts';

/** A slider with its value beside it. */
interface SliderProps {
  readonly label: string;
  /** in full, where the label is short */
  readonly name?: string;
  readonly value: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

export function Slider({ label, name, value, most, onChange }: SliderProps): JSX.Element {
  return (
    <label class="slider" title={name}>
      {label}{' '}
      <input
        type="range"
        min={0}
        max={most}
        step={0.05}
        value={value}
        aria-label={name}
        aria-valuetext={decimal(value, 2)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
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
          // Not a number where nothing was typed.
          const { valueAsNumber: typed } = event.currentTarget;
          if (Number.isInteger(typed) && typed >= least && typed <= most) onChange(typed);
          else event.currentTarget.valueAsNumber = value;
        }}
      />
    </label>
  );
}

/** Which tokens are drawn from; temperature and seed are above all stages. */
export function Filters(): JSX.Element {
  const { selection, select } = useView();
  const { topK, topP } = selection;
  return (
    <p class="controls">
      <WholeNumber
        label={phrases.topK}
        value={topK}
        least={0}
        most={65_535}
        onChange={(topK) => select({ topK })}
      />
      <Slider label={phrases.topP} value={topP} most={1} onChange={(topP) => select({ topP })} />
    </p>
  );
}
