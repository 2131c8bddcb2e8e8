import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Explanation } from '../protocol/explanation.ts';
import type { NumberName } from '../protocol/stages.ts';
import { FlowView } from './flow/flowView.tsx';
import { Found } from './found.tsx';
import { Guarded } from './guarded.tsx';
import { StartEssay } from './header.tsx';
import { numberSentence } from './numberSentence.ts';
import { phrases } from './phrases/phrases.ts';
import { type SheetTools, useSheetTools } from './sheetTools.ts';
import { useAnswer, useView } from './view.ts';

/** Lines of the calculation that are shown beside the stage: its end. */
const lastLines = 3;

/** What the looked-at number is, its formula with the numbers in it, and what to look for in this stage. */
export function Details({ isOld }: { readonly isOld: boolean }): JSX.Element {
  const view = useView();
  const explanation = useExplanation();
  const { look, stage } = view.state;
  return (
    <aside class={`details ${isOld ? 'old' : ''}`} aria-labelledby="details-heading" tabIndex={-1}>
      <h3 id="details-heading">{phrases.lookingAt}</h3>
      {look === null || look.number === null ? (
        <p class="quiet">{phrases.lookHint}</p>
      ) : (
        <Guarded of={view.state} send={view.send}>
          <Looked explanation={explanation} />
        </Guarded>
      )}
      <h3>{phrases.whatToLookFor}</h3>
      <p>{phrases.stages[stage].look}</p>
      <Guarded of={view.state} send={view.send}>
        <Found />
      </Guarded>
      <h3>{phrases.termsHeading}</h3>
      <ul class="terms">
        {phrases.stageTerms[stage].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {!view.isEssay && (
        <p>
          <StartEssay send={view.send} />
        </p>
      )}
      <Guarded of={view.state} send={view.send}>
        <FlowView />
      </Guarded>
    </aside>
  );
}

/** What the looked-at number is made of; null while it is awaited. */
export function useExplanation(): Explanation | null {
  const { state } = useView();
  const asked = useAnswer('explain');
  if (state.look === null) return null;
  if (state.look.number === null) return state.look.explanation;
  const isCurrent =
    asked !== null && JSON.stringify(asked.question.number) === JSON.stringify(state.look.number);
  return isCurrent ? asked.answer : null;
}

function Looked({ explanation }: { readonly explanation: Explanation | null }): JSX.Element {
  const { state, inspection } = useView();
  const number = state.look!.number!;
  const error = state.questions.explain?.error ?? null;
  const sentence = numberSentence(number, inspection);
  if (explanation === null) {
    return <p role={error === null ? undefined : 'alert'}>{error === null ? sentence : error.message}</p>;
  }
  return <CheckedOrNot number={number} sentence={sentence} explanation={explanation} />;
}

interface CheckedProps {
  readonly number: NumberName;
  readonly sentence: string;
  readonly explanation: Explanation;
  readonly tools: SheetTools;
}

function CheckedOrNot(props: Omit<CheckedProps, 'tools'>): JSX.Element {
  const tools = useSheetTools();
  return tools === null ? <p>{props.sentence}</p> : <Checked {...props} tools={tools} />;
}

function Checked({ number, sentence, explanation, tools }: CheckedProps): JSX.Element {
  const { dispatch, send } = useView();
  const sheet = useMemo(() => tools.sheetOf(explanation), [explanation]);
  const lines = sheet.rows.filter(({ made, kind }) => made !== '' || kind === 'total').slice(-lastLines);
  return (
    <div role="status" data-looking={number.of}>
      <p>{sentence}</p>
      <p class="equation">{tools.symbolsOf(explanation.formula)}</p>
      {lines.map(({ name, made, value }, i) => (
        <p class="equation" key={i}>
          {name} = {made === '' ? '' : `${made} = `}
          {value}
        </p>
      ))}
      <p class="controls">
        <button
          type="button"
          class="primary"
          onClick={() => dispatch({ type: 'look', look: { number, sheet: true } })}
        >
          {phrases.checkByPencil}
        </button>
        <button
          type="button"
          onClick={() =>
            send({ type: 'copy', text: `${sentence}\n${tools.sheetText(sheet, phrases.sheetWords)}` })
          }
        >
          {phrases.copy}
        </button>
      </p>
    </div>
  );
}
