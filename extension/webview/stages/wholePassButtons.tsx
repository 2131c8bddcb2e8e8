import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { phrases } from '../phrases/phrases.ts';
import { loadSheetTools } from '../sheetTools.ts';
import { tokenInWords } from '../tokenText.ts';
import { useAnswer, useView } from '../view.ts';

/** Numbers a token of models that are for paper. */
const mostHidden = 16;

/** The whole pass of a model that is small enough: on paper, with its results or for somebody to compute. */
export function WholePassButtons(): JSX.Element | null {
  const { inspection, selection, state, select, send } = useView();
  const asked = useAnswer('pass');
  const { paper } = selection;
  const [failure, setFailure] = useState<string | null>(null);
  const isTooLarge = state.questions.pass?.waiting === false && asked?.answer === null;
  const answer = state.questions.pass?.waiting === false ? (asked?.answer ?? null) : null;
  useEffect(() => {
    if (paper === 'none' || answer === null) return;
    const print = async (): Promise<void> => {
      try {
        const { printedPass } = await loadSheetTools();
        const content = printedPass(answer, { isBlank: paper === 'blank', phrases, nameOf: tokenInWords });
        send({ type: 'keep', what: 'printedPass', content });
      } catch (error) {
        setFailure((error as Error).message);
      }
      select({ paper: 'none' });
    };
    void print();
  }, [paper, answer]);
  if (inspection.hiddenSize > mostHidden) return null;
  const print = (paper: 'filled' | 'blank'): void => {
    setFailure(null);
    select({ paper });
  };
  return (
    <section aria-labelledby="paper-heading">
      <h4 id="paper-heading">{phrases.passHeading}</h4>
      <p class="quiet">{phrases.passButtonHint}</p>
      <p class="controls">
        <button type="button" class="print-pass" onClick={() => print('filled')}>
          {phrases.print}
        </button>
        <button type="button" class="print-blank-pass" onClick={() => print('blank')}>
          {phrases.printBlank}
        </button>
      </p>
      {isTooLarge && <p role="status">{phrases.passTooLarge}</p>}
      {failure !== null && (
        <p class="error-sentence" role="alert">
          {failure}
        </p>
      )}
    </section>
  );
}
