import type { JSX } from 'preact';
import { essaySeed } from '../protocol/inspecting.ts';
import type { InspectorRequest, ModelState } from '../protocol/inspector.ts';
import type { NumberName } from '../protocol/stages.ts';
import { count, decimal } from './figures.ts';
import type { InspectorEvent } from './inspectorState.ts';
import { phrases } from './phrases/phrases.ts';
import { Slider, WholeNumber } from './sampling.tsx';
import type { Selection } from './selection.ts';
import type { StageState } from './view.ts';

interface HeaderProps {
  readonly state: StageState;
  readonly dispatch: (event: InspectorEvent) => void;
  readonly send: (request: InspectorRequest) => void;
}

/** What is looked at, by which model, and what all stages have in common: temperature, seed, a step and a sheet. */
export function Header(props: HeaderProps): JSX.Element {
  const { state, send } = props;
  const isEssay = state.subject !== null && state.subject.essay !== null;
  return (
    <header>
      <h1 class="spoken-only">{phrases.title}</h1>
      <TextPlace {...props} />
      <Model state={state} />
      {state.answer !== null && <Tools {...props} />}
      {state.subject !== null && state.answer === null && !isEssay && <StartEssay send={send} />}
    </header>
  );
}

/** Of the side bar: what is looked at, and the way to all the rest. */
export function SideHeader({ state, send }: Pick<HeaderProps, 'state' | 'send'>): JSX.Element {
  const place = state.answer?.place ?? state.subject?.place ?? null;
  return (
    <header>
      <span class="place">{place !== null && phrases.place(place)}</span>
      <button type="button" class="open-inspector" onClick={() => send({ type: 'openInspector' })}>
        {phrases.openInspector}
      </button>
    </header>
  );
}

/** There is always a way to the essay's example: here, or beside the stage. */
export function StartEssay({ send }: Pick<HeaderProps, 'send'>): JSX.Element {
  return (
    <button
      type="button"
      class="start-essay"
      onClick={() => send({ type: 'essay', action: { type: 'begin', seed: essaySeed } })}
    >
      {phrases.essayButton}
    </button>
  );
}

function TextPlace({ state, dispatch }: HeaderProps): JSX.Element | null {
  const { subject, answer } = state;
  const pinned = subject?.pinned ?? false;
  const place = subject !== null && subject.essay !== null ? null : (answer?.place ?? subject?.place ?? null);
  if (place === null) return null;
  // Where there is little room folders go first.
  const folderEnd = place.file.lastIndexOf('/') + 1;
  const said = `${phrases.place(place)} · ${pinned ? phrases.isPinned : phrases.isFollowing}`;
  return (
    <>
      <span class="place" title={said}>
        <span class="folder">{said.slice(0, folderEnd)}</span>
        <span>{said.slice(folderEnd)}</span>
      </span>
      <button
        type="button"
        class="toggle"
        aria-pressed={pinned}
        title={phrases.pinHint}
        onClick={() => dispatch({ type: 'setPinned', pinned: !pinned })}
      >
        {phrases.pin}
      </button>
    </>
  );
}

/** Whose numbers these are. */
function Model({ state: { model, subject } }: Pick<HeaderProps, 'state'>): JSX.Element | null {
  const essay = subject?.essay ?? null;
  if (essay !== null) {
    const loss = decimal(essay.losses.at(-1) ?? 0, 4);
    return (
      <span class="model" data-model="essay">
        {phrases.model.essay} · {phrases.model.step(count(essay.step))} · {phrases.model.meanLoss(loss)}
      </span>
    );
  }
  return model?.state === 'ready' ? <Loaded ready={model} /> : null;
}

function Loaded({
  ready: { model, origin },
}: {
  readonly ready: Extract<ModelState, { state: 'ready' }>;
}): JSX.Element {
  const { preset, steps, heldOutBitsPerByte, parameters, config } = model;
  // What has not learnt from this workspace has no score of it.
  const score = origin === 'trained' ? heldOutBitsPerByte : null;
  const said = [
    origin === 'trained' ? phrases.model.trained[preset] : phrases.model[origin],
    ...(steps === 0 ? [] : [phrases.model.step(count(steps))]),
    ...(score === null ? [] : [phrases.model.heldOut(decimal(score, 2))]),
  ];
  const { numHiddenLayers: layers, numAttentionHeads: heads, maxPositionEmbeddings: context } = config;
  return (
    <span
      class="model"
      data-model={origin}
      title={phrases.model.shape(count(parameters), layers, heads, count(context))}
    >
      {said.join(' · ')}
    </span>
  );
}

function Tools({ state, dispatch, send }: HeaderProps): JSX.Element {
  const { selection, look, subject } = state;
  const set = (change: Partial<Selection>): void => dispatch({ type: 'select', change });
  const isOpen = look !== null && look.sheet;
  const takeStep = (): void => {
    const action = { type: 'step', steps: 1, rate: selection.rate } as const;
    if (subject !== null && subject.essay !== null) send({ type: 'essay', action });
    else dispatch({ type: 'openStage', stage: 'learning' });
  };
  const toggleSheet = (): void => {
    const number = look?.number ?? (isOpen ? null : likeliest(state));
    dispatch({ type: 'look', look: number === null ? null : { number, sheet: !isOpen } });
  };
  const isEssay = subject !== null && subject.essay !== null;
  return (
    <>
      <span class="draw-settings" role="group" aria-label={phrases.drawSettings}>
        <Slider
          label="T"
          name={phrases.temperature}
          value={selection.temperature}
          most={2}
          onChange={(temperature) => set({ temperature })}
        />
        <WholeNumber
          label={phrases.drawSeed}
          value={selection.seed}
          least={0}
          most={2 ** 31}
          onChange={(seed) => set({ seed })}
        />
      </span>
      <button
        type="button"
        class="step-button"
        title={isEssay ? phrases.essayStepHint : phrases.stepHint}
        onClick={takeStep}
      >
        <span aria-hidden="true">▶ </span>
        {phrases.stepButton}
      </button>
      <button
        type="button"
        class="pencil-button"
        aria-pressed={isOpen}
        title={phrases.pencilHint}
        onClick={toggleSheet}
      >
        <span aria-hidden="true">✎ </span>
        {phrases.pencilButton}
      </button>
    </>
  );
}

/** What is checked where nothing was chosen: how likely the likeliest token is; without a probability, its score. */
function likeliest({ answer, selection: { temperature } }: StageState): NumberName | null {
  const { position, distribution } = answer!.inspection;
  const token = distribution.top[0]?.id;
  if (token === undefined) return null;
  return temperature === 0
    ? { of: 'logit', position, token }
    : { of: 'probability', position, token, temperature };
}
