import type { JSX } from 'preact';
import { phrases } from './phrases/phrases.ts';
import { useView } from './view.ts';

/** Which layer, and where it matters which head. */
export function LayerChoice({ withHead }: { readonly withHead: boolean }): JSX.Element {
  const { inspection, selection, select } = useView();
  return (
    <p class="controls">
      <Choice
        label={phrases.layerLabel}
        count={inspection.layers}
        value={selection.layer}
        onChange={(layer) => select({ layer })}
      />
      {withHead && (
        <Choice
          label={phrases.headLabel}
          count={inspection.heads}
          value={selection.head}
          onChange={(head) => select({ head })}
        />
      )}
    </p>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly count: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Choice({ label, count, value, onChange }: ChoiceProps): JSX.Element {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {Array.from({ length: count }, (_, i) => (
          <option key={i} value={i}>
            {i + 1}
          </option>
        ))}
      </select>
    </label>
  );
}
