import type { JSX } from 'preact';
import { tokenInWords } from './tokenText.ts';
import { useView } from './view.ts';

interface TokenSelectProps {
  readonly label: string;
  readonly value: number;
  /** tokens up to this place are offered; absent: all */
  readonly last?: number;
  readonly onChange: (position: number) => void;
}

/** Another token of the text. */
export function TokenSelect({ label, value, last, onChange }: TokenSelectProps): JSX.Element {
  const { tokens } = useView().inspection;
  const offered = last === undefined ? tokens : tokens.slice(0, last + 1);
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(Number(event.currentTarget.value))}
    >
      {offered.map((token, i) => (
        <option key={i} value={i}>
          {i + 1}: {tokenInWords(token.bytes)}
        </option>
      ))}
    </select>
  );
}
