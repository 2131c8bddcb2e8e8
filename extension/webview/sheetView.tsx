import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Sheet, SheetRow } from '../arithmetic/sheet.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { phrases } from './phrases/phrases.ts';
import { type SheetTools, useSheetTools } from './sheetTools.ts';
import { conventionOf, machineShown } from './sheetWords.ts';
import { TableHead } from './tableHead.tsx';
import { useView } from './view.ts';

/** Terms that the short sheet writes out. */
const shortTerms = 8;

interface SheetViewProps {
  readonly explanation: Explanation;
  /** what the number is, in words */
  readonly sentence: string;
}

/** Every operand of one number, and its calculation in lines that a pocket calculator can follow. */
export function SheetView(props: SheetViewProps): JSX.Element | null {
  const tools = useSheetTools();
  return tools === null ? null : <DrawnSheet {...props} tools={tools} />;
}

function DrawnSheet({
  explanation: current,
  sentence,
  tools,
}: SheetViewProps & { readonly tools: SheetTools }): JSX.Element {
  const { dispatch, state } = useView();
  const [isShort, setShort] = useState(false);
  // Who calculates goes on with the numbers they began with, also where the model learns meanwhile.
  const [begun, setBegun] = useState<Explanation | null>(null);
  const isBlank = begun !== null;
  const explanation = begun ?? current;
  const isOld = useMemo(
    () => begun !== null && JSON.stringify(begun) !== JSON.stringify(current),
    [begun, current],
  );
  const sheet = useMemo(
    () => tools.sheetOf(explanation, isShort ? shortTerms : Infinity),
    [explanation, isShort],
  );
  const close = (): void => {
    const number = state.look?.number ?? null;
    dispatch({ type: 'look', look: number === null ? null : { number, sheet: false } });
  };
  const symbols = tools.symbolsOf(explanation.formula);
  return (
    <section class="sheet" aria-labelledby="sheet-heading">
      <h3 id="sheet-heading">{phrases.pencilHeading}</h3>
      <p>{sentence}</p>
      <p class="equation">{symbols}</p>
      <p class="controls">
        <button type="button" class="primary" onClick={close}>
          {phrases.backToStage}
        </button>
        <Check label={phrases.shortSheet} checked={isShort} onChange={setShort} />
        <Check
          label={phrases.blankSheet}
          checked={isBlank}
          onChange={(blank) => setBegun(blank ? current : null)}
        />
        <Keeping sheet={sheet} heading={{ sentence, symbols, isBlank }} tools={tools} />
      </p>
      <p class="quiet">{conventionOf(sheet, phrases)}</p>
      {isOld && <p role="status">{phrases.sheetBegun}</p>}
      <Lines sheet={sheet} isBlank={isBlank} />
      <Results sheet={sheet} isBlank={isBlank} tools={tools} />
    </section>
  );
}

interface KeepingProps {
  readonly sheet: Sheet;
  readonly heading: Parameters<SheetTools['printedSheet']>[1];
  readonly tools: SheetTools;
}

/** What can be made of the sheet outside of the page. */
function Keeping({ sheet, heading, tools }: KeepingProps): JSX.Element {
  const { send } = useView();
  return (
    <>
      <button
        type="button"
        onClick={() => send({ type: 'copy', text: tools.sheetText(sheet, phrases.sheetWords) })}
      >
        {phrases.copy}
      </button>
      <button
        type="button"
        onClick={() =>
          send({ type: 'keep', what: 'sheet', content: tools.sheetCsv(sheet, phrases.sheetWords) })
        }
      >
        {phrases.csv}
      </button>
      <button
        type="button"
        onClick={() =>
          send({
            type: 'keep',
            what: 'printedSheet',
            content: tools.printedSheet(sheet, heading, phrases),
          })
        }
      >
        {phrases.print}
      </button>
    </>
  );
}

function Check({
  label,
  checked,
  onChange,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}): JSX.Element {
  return (
    <label>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />{' '}
      {label}
    </label>
  );
}

function Lines({ sheet, isBlank }: { readonly sheet: Sheet; readonly isBlank: boolean }): JSX.Element {
  const [wrong, setWrong] = useState<number | null>(null);
  const place = useRef<HTMLTableElement>(null);
  const check = (): void => setWrong(firstWrong(place.current!));
  // What was typed stays where its line does; which line is wrong is of the sheet as it is now.
  useLayoutEffect(check, [sheet, isBlank]);
  return (
    <div class="scores-frame" role="region" tabIndex={0} aria-label={phrases.linesLabel}>
      <table class="sheet-lines" ref={place}>
        <TableHead
          columns={[
            [phrases.rank, 'number'],
            [phrases.called],
            [phrases.madeOf, 'number'],
            [phrases.value, 'number'],
          ]}
        />
        <tbody>
          {sheet.rows.map((row, i) => (
            <Line
              key={`${i}-${row.value}`}
              row={row}
              number={i + 1}
              isBlank={isBlank}
              onTyped={check}
              isWrong={wrong === i}
            />
          ))}
        </tbody>
      </table>
      {isBlank && (
        <p role="status">{wrong === null ? phrases.nothingWrong : phrases.firstWrong(wrong + 1)}</p>
      )}
    </div>
  );
}

interface LineProps {
  readonly row: SheetRow;
  readonly number: number;
  readonly isBlank: boolean;
  readonly isWrong: boolean;
  readonly onTyped: () => void;
}

function Line({ row, number, isBlank, isWrong, onTyped }: LineProps): JSX.Element {
  const isComputed = row.made !== '' || row.kind === 'subtotal' || row.kind === 'total';
  return (
    <tr class={`line-${row.kind}`} data-kind={row.kind}>
      <td class="number quiet">{number}</td>
      <td>{row.kind === 'given' ? phrases.givenRest : row.name}</td>
      <td class="number">{row.made}</td>
      <td class="number">
        {isBlank && isComputed ? (
          <input
            type="text"
            inputMode="decimal"
            size={10}
            aria-label={phrases.answerOf(number)}
            aria-invalid={isWrong}
            data-expected={row.value}
            onChange={onTyped}
          />
        ) : (
          row.value
        )}
      </td>
    </tr>
  );
}

/** The first line in which something else was typed than what comes out; empty ones are still to be done. */
function firstWrong(table: HTMLTableElement): number | null {
  const rows = [...table.querySelectorAll('tbody tr')];
  const at = rows.findIndex((row) => {
    const input = row.querySelector('input');
    if (input === null || input.value.trim() === '') return false;
    const typed = Number(input.value.trim().replace('−', '-').replace(',', '.'));
    return typed !== Number(input.dataset['expected']!.replace('−', '-'));
  });
  return at < 0 ? null : at;
}

interface ResultsProps {
  readonly sheet: Sheet;
  /** what comes out is not told */
  readonly isBlank: boolean;
  readonly tools: SheetTools;
}

function Results({ sheet, isBlank, tools }: ResultsProps): JSX.Element {
  const told = (number: string): string => (isBlank ? '' : number);
  return (
    <div class="scores-frame" role="region" tabIndex={0} aria-label={phrases.result}>
      <table class="results">
        <TableHead
          columns={[
            [phrases.result],
            [phrases.fromShown, 'number'],
            [phrases.inMachine, 'number'],
            [phrases.differs, 'number'],
            [phrases.bound, 'number'],
          ]}
        />
        <tbody>
          {sheet.results.map(({ name, shown, machine, difference, bound }) => (
            <tr
              key={name}
              data-result={name}
              data-machine={machine}
              data-difference={difference}
              data-bound={bound}
            >
              <th scope="row">{name}</th>
              <td class="number">{told(shown)}</td>
              <td class="number">{told(machineShown(sheet, machine))}</td>
              <td class="number">{told(tools.inFull(difference))}</td>
              <td class="number">{tools.boundInFull(bound)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
