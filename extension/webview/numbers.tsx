import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Explanation } from '../protocol/explanation.ts';
import type { NumberName } from '../protocol/stages.ts';
import { decimal } from './figures.ts';
import { hasModifier } from './keys.ts';
import { phrases } from './phrases/phrases.ts';
import { useView } from './view.ts';

/** Per cent of the colour behind a number: it must stay readable in every theme. */
const mostTint = 32;

interface NumProps {
  readonly number: NumberName;
  readonly value: number;
  readonly decimals?: number;
  /** as it is printed, where other numbers decide how it is rounded */
  readonly shown?: string;
  /** −1 … 1: how strongly the cell is tinted; absent: not at all */
  readonly heat?: number;
}

/** A number that can be looked at: what it is, what it was computed from, and how to check that. */
export function Num({ number, value, decimals = 4, shown, heat }: NumProps): JSX.Element {
  const { state, dispatch } = useView();
  const isLooked = state.look !== null && JSON.stringify(state.look.number) === JSON.stringify(number);
  const open = (sheet: boolean): void => dispatch({ type: 'look', look: { number, sheet } });
  return (
    <button
      type="button"
      class={`num ${heat === undefined ? '' : heat < 0 ? 'negative' : 'positive'}`}
      style={heat === undefined ? {} : { '--heat': `${Math.round(Math.min(1, Math.abs(heat)) * mostTint)}%` }}
      tabIndex={-1}
      aria-pressed={isLooked}
      data-of={number.of}
      data-value={value}
      onClick={() => open(false)}
      onDblClick={() => open(true)}
      onKeyDown={onPencilKey(() => open(true))}
    >
      {shown ?? decimal(value, decimals)}
    </button>
  );
}

interface KnownNumProps {
  readonly of: string;
  readonly shown: string;
  readonly sentence: string;
  readonly explanation: Explanation;
}

/** A number whose operands the page knows: a key or a click opens its calculation. */
export function KnownNum({ of, shown, sentence, explanation }: KnownNumProps): JSX.Element {
  const { dispatch } = useView();
  const open = (): void => dispatch({ type: 'show', explanation, sentence });
  return (
    <button
      type="button"
      class="num"
      tabIndex={-1}
      data-of={of}
      title={phrases.checkByPencil}
      onClick={open}
      onKeyDown={onPencilKey(open)}
    >
      {shown}
    </button>
  );
}

function onPencilKey(open: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key.toLowerCase() !== 'p' || hasModifier(event)) return;
    event.preventDefault();
    open();
  };
}

/** What arrow keys move among: numbers, and what chooses the row that they are in. */
const stops = 'button:is(.num, .plain, .branch-token)';

/** Numbers that the arrow keys move among; one tab stop. */
export function Numbers({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const all = [...place.current!.querySelectorAll<HTMLElement>(stops)];
    if (all.includes(document.activeElement as HTMLElement)) return;
    // Of all of them it is not asked whether they are seen: the page would be laid out for each group of numbers.
    const stop =
      all.find((button) => button.getAttribute('aria-pressed') === 'true' && button.offsetParent !== null) ??
      all[0];
    for (const button of all) {
      const tabIndex = button === stop ? 0 : -1;
      if (button.tabIndex !== tabIndex) button.tabIndex = tabIndex;
    }
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (hasModifier(event) || !(event.target instanceof HTMLElement)) return;
    // A key of one of them may have opened its sheet in this place.
    if (place.current === null) return;
    const next = beside(numbersIn(place.current), event.target, event.key);
    if (next === null) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  return (
    <div class="numbers" role="group" aria-label={label} ref={place} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}

function numbersIn(place: HTMLElement): HTMLElement[] {
  // Some are folded away.
  return [...place.querySelectorAll<HTMLElement>(stops)].filter((button) => button.offsetParent !== null);
}

/** The number that a key leads to: the next one in the row, or the nearest in the row above or below. */
function beside(all: readonly HTMLElement[], from: HTMLElement, key: string): HTMLElement | null {
  const at = all.indexOf(from);
  if (at < 0) return null;
  if (key === 'ArrowLeft') return all[at - 1] ?? null;
  if (key === 'ArrowRight') return all[at + 1] ?? null;
  if (key === 'Home') return all[0]!;
  if (key === 'End') return all.at(-1)!;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const here = from.getBoundingClientRect();
  const direction = key === 'ArrowUp' ? -1 : 1;
  const distance = (button: HTMLElement): number => {
    const there = button.getBoundingClientRect();
    return Math.abs(there.top - here.top) * 1_000 + Math.abs(there.left - here.left);
  };
  const rows = all.filter((button) => (button.getBoundingClientRect().top - here.top) * direction > 2);
  return rows.reduce<HTMLElement | null>(
    (best, button) => (best === null || distance(button) < distance(best) ? button : best),
    null,
  );
}

interface VectorProps {
  readonly label: string;
  readonly values: readonly number[];
  readonly nameOf: (index: number) => NumberName;
}

/** A vector's numbers, tinted by sign and size; 0 has the background's colour. */
export function Vector({ label, values, nameOf }: VectorProps): JSX.Element {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return (
    <div class="vector">
      <h4>
        {label} <span class="quiet">{phrases.dimensions(values.length)}</span>
      </h4>
      <Numbers label={label}>
        {values.map((value, i) => (
          <Num key={i} number={nameOf(i)} value={value} heat={most === 0 ? 0 : value / most} />
        ))}
      </Numbers>
    </div>
  );
}

/** Numbers that nothing computed: they were drawn at random, and learnt from there. */
export function PlainVector({ label, values }: Omit<VectorProps, 'nameOf'>): JSX.Element {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return (
    <div class="vector">
      <h4>
        {label} <span class="quiet">{phrases.dimensions(values.length)}</span>
      </h4>
      <div class="numbers" role="group" aria-label={label} tabIndex={0}>
        {values.map((value, i) => (
          <span
            key={i}
            class={`num still ${value < 0 ? 'negative' : 'positive'}`}
            style={{ '--heat': `${Math.round((most === 0 ? 0 : Math.abs(value) / most) * mostTint)}%` }}
          >
            {decimal(value, 4)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** A vector that is shown when somebody wants to see it: until then its hundreds of numbers are not there. */
export function FoldedVector(props: VectorProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{props.label}</summary>
      {isOpen && <Vector {...props} />}
    </details>
  );
}

interface ProbabilityCellsProps {
  readonly probability: number;
  readonly token: number;
  /** behind which the token may come; null: of a run that is not the one on the screen */
  readonly position: number | null;
}

/** Two cells of a row: a probability, and its bar. */
export function ProbabilityCells({ probability, token, position }: ProbabilityCellsProps): JSX.Element {
  return (
    <>
      <td class="number">
        {position === null ? (
          decimal(probability, 4)
        ) : (
          <Num number={{ of: 'probability', position, token, temperature: 1 }} value={probability} />
        )}
      </td>
      <td class="bar-column">
        <Bar share={probability} />
      </td>
    </>
  );
}

/** A bar beside a number; its length alone says how much. @param share 0 … 1 */
export function Bar({ share }: { readonly share: number }): JSX.Element {
  return (
    <span class="side-bar" aria-hidden="true">
      <span style={{ inlineSize: lengthOf(share) }} />
    </span>
  );
}

/** A bar to one side of a middle line: what is less than nothing goes against the direction of reading. @param share −1 … 1 */
export function SignedBar({ share }: { readonly share: number }): JSX.Element {
  return (
    <span class={`side-bar signed ${share < 0 ? 'down' : 'up'}`} aria-hidden="true">
      <span style={{ inlineSize: lengthOf(Math.abs(share) / 2) }} />
    </span>
  );
}

function lengthOf(share: number): string {
  return `${(Math.max(0, Math.min(1, share)) * 100).toFixed(2)}%`;
}
