import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { InspectedToken } from '../protocol/prediction.ts';
import { hasModifier } from './keys.ts';
import { phrases } from './phrases/phrases.ts';
import { still } from './still.tsx';
import { shownPieces } from './tokenTextView.tsx';
import { spokenToken, tokenPieces } from './tokenText.ts';

interface TokenStripProps {
  readonly tokens: readonly InspectedToken[];
  /** number of tokens before the cursor */
  readonly cursor: number;
  readonly chosen: number;
  readonly onChoose: (position: number) => void;
}

/** Lines on each side of the chosen token's: the strip is as high as two. */
const linesSeenFirst = 3;

/** The tokens, a line of the strip for each line of the text; one tab stop, arrows move the choice. */
export const TokenStrip = still(function TokenStrip({
  tokens,
  cursor,
  chosen,
  onChoose,
}: TokenStripProps): JSX.Element {
  const strip = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => linesOf(tokens), [tokens]);
  // What is seen is painted before what is scrolled away is laid out.
  const [laidOut, setLaidOut] = useState<readonly InspectedToken[] | null>(null);
  const isFirst = laidOut !== tokens;
  const seen = useMemo(() => lines.findLastIndex(({ start }) => start <= chosen), [lines]);
  useEffect(() => setLaidOut(tokens), [tokens]);
  useLayoutEffect(() => {
    const option = strip.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    option?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    // The keyboard follows the choice when it is in the strip, or in the page and nowhere yet: never out of the code.
    const { activeElement } = document;
    const isNowhere = activeElement === document.body && document.hasFocus();
    if (isNowhere || strip.current?.contains(activeElement)) option?.focus();
  }, [chosen, tokens, isFirst]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next =
      strip.current === null ? null : nextPosition(event.key, chosen, tokens.length, strip.current);
    if (next === null || hasModifier(event)) return;
    event.preventDefault();
    if (next !== chosen) onChoose(next);
  };
  const onClick = ({ target }: MouseEvent): void => {
    const token = target instanceof Element ? target.closest<HTMLElement>('.token') : null;
    if (token !== null) onChoose(Number(token.dataset['position']));
  };
  return (
    <div
      class={`strip ${isFirst ? 'first' : ''}`}
      role="listbox"
      aria-label={phrases.tokensHeading}
      aria-orientation="horizontal"
      ref={strip}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      {lines.map((line, i) => (
        <Line
          key={line.start}
          line={line}
          isSeenFirst={Math.abs(i - seen) <= linesSeenFirst}
          cursor={cursor}
          chosen={chosen >= line.start && chosen < line.start + line.tokens.length ? chosen : null}
          total={tokens.length}
        />
      ))}
    </div>
  );
});

interface LineProps extends Pick<TokenStripProps, 'cursor'> {
  readonly line: StripLine;
  readonly isSeenFirst: boolean;
  /** null: it is in another line */
  readonly chosen: number | null;
  readonly total: number;
}

/** A choice changes two lines of many. */
const Line = still(function Line({ line, isSeenFirst, cursor, chosen, total }: LineProps): JSX.Element {
  return (
    <div class={`strip-line ${isSeenFirst ? '' : 'unseen'}`} role="none">
      {line.tokens.map((token, i) => {
        const position = line.start + i;
        return tokenElement(token, position, position === chosen, edgeOf(position, cursor, total));
      })}
    </div>
  );
});

/** On which side of a token the cursor stands. */
type Edge = 'cursor-before' | 'cursor-after' | '';

/** No component of its own, nor a listener: there are hundreds. */
function tokenElement(
  { id, bytes }: InspectedToken,
  position: number,
  isChosen: boolean,
  edge: Edge,
): JSX.Element {
  const pieces = tokenPieces(bytes);
  return (
    <div
      key={position}
      class={`token ${edge}`}
      role="option"
      aria-selected={isChosen}
      tabIndex={isChosen ? 0 : -1}
      data-position={position}
      data-token-id={id}
    >
      <span class="spoken-only">{phrases.tokenName(spokenToken(pieces), id)}</span>
      <bdi class="token-text" aria-hidden="true">
        {shownPieces(pieces)}
      </bdi>
      <span class="token-id" aria-hidden="true">
        {id}
      </span>
    </div>
  );
}

function edgeOf(position: number, cursor: number, total: number): Edge {
  if (position === cursor) return 'cursor-before';
  return position === cursor - 1 && cursor === total ? 'cursor-after' : '';
}

interface StripLine {
  readonly start: number;
  readonly tokens: InspectedToken[];
}

function linesOf(tokens: readonly InspectedToken[]): StripLine[] {
  const lines: StripLine[] = [];
  let line: StripLine | null = null;
  tokens.forEach((token, position) => {
    if (line === null) {
      line = { start: position, tokens: [] };
      lines.push(line);
    }
    line.tokens.push(token);
    if (token.bytes.includes('\n')) line = null;
  });
  return lines;
}

/** Where a key leads from `chosen`; null for keys that are not the strip's. */
function nextPosition(key: string, chosen: number, total: number, strip: HTMLElement): number | null {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, chosen - 1);
    case 'ArrowRight':
      return Math.min(total - 1, chosen + 1);
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
    case 'ArrowUp':
    case 'ArrowDown':
      return besideVertically(strip, chosen, key === 'ArrowUp' ? -1 : 1);
    default:
      return null;
  }
}

/** The token nearest above (−1) or below (1), by what is on the screen: lines wrap. */
function besideVertically(strip: HTMLElement, chosen: number, direction: -1 | 1): number {
  const from = strip.querySelector<HTMLElement>(`[data-position="${chosen}"]`);
  const line = from?.parentElement;
  if (from === null || line === null || line === undefined) return chosen;
  // Lines further away may not have been laid out.
  const near = [line, direction < 0 ? line.previousElementSibling : line.nextElementSibling];
  const options = near.flatMap((line) => [...(line?.querySelectorAll<HTMLElement>('[role="option"]') ?? [])]);
  const placed = options.map((option) => ({ option, frame: option.getBoundingClientRect() }));
  const here = from.getBoundingClientRect();
  const tops = placed.map(({ frame }) => frame.top).filter((top) => (top - here.top) * direction > 1);
  if (tops.length === 0) return chosen;
  const row = direction < 0 ? Math.max(...tops) : Math.min(...tops);
  const away = ({ left, width }: DOMRect): number => Math.abs(left + width / 2 - here.left - here.width / 2);
  const nearest = placed
    .filter(({ frame }) => Math.abs(frame.top - row) < 1)
    .reduce((best, each) => (away(each.frame) < away(best.frame) ? each : best));
  return Number(nearest.option.dataset['position']);
}
