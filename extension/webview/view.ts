import { createContext } from 'preact';
import { useContext, useRef } from 'preact/hooks';
import type { InspectorRequest } from '../protocol/inspector.ts';
import type { Inspection } from '../protocol/prediction.ts';
import type { StageAnswers, StageKind, StageQuestion } from '../protocol/stages.ts';
import type { InspectorEvent, InspectorState } from './inspectorState.ts';
import { answerOf } from './questions.ts';
import { fitted, type Selection } from './selection.ts';

/** All but the training, of which four ticks a second come: no stage is drawn from it. */
export type StageState = Omit<InspectorState, 'training'>;

/** What every stage is drawn from: one run, one selection. */
export interface View {
  readonly state: StageState;
  readonly inspection: Inspection;
  /** of the essay's example, not of the editor's text */
  readonly isEssay: boolean;
  readonly selection: Selection;
  readonly dispatch: (event: InspectorEvent) => void;
  readonly select: (change: Partial<Selection>) => void;
  readonly send: (request: InspectorRequest) => void;
}

export const ViewContext = createContext<View | null>(null);

/** Of a component inside of an inspected text. */
export function useView(): View {
  return useContext(ViewContext)!;
}

/** The answer to the stage's question of a kind, null before there is one. */
export function useAnswer<Kind extends StageKind>(
  kind: Kind,
): { readonly answer: StageAnswers[Kind]; readonly question: Extract<StageQuestion, { kind: Kind }> } | null {
  return answerOf(useView().state, kind);
}

export function viewOf(
  state: StageState,
  inspection: Inspection,
  dispatch: View['dispatch'],
  send: View['send'],
): View {
  const isEssay = state.subject?.essay !== null;
  const selection = fitted(state.selection, inspection);
  const select = (change: Partial<Selection>): void => dispatch({ type: 'select', change });
  return { state, inspection, isEssay, selection, dispatch, select, send };
}

/** The same object again as long as nothing but the training changes. */
export function useStageState(state: InspectorState): StageState {
  const { training: _, ...rest } = state;
  const last = useRef<StageState>(rest);
  const names = Object.keys(rest) as (keyof StageState)[];
  if (names.some((name) => rest[name] !== last.current[name])) last.current = rest;
  return last.current;
}
