import type { JSX } from 'preact';
import { stageIds, type StageId } from '../protocol/stages.ts';
import { byteCount } from '../protocol/tokenBytes.ts';
import { atOne, count, decimal } from './figures.ts';
import { phrases } from './phrases/phrases.ts';
import { neighbourOf } from './stageTable.ts';
import { tokenInWords } from './tokenText.ts';
import { useAnswer, useView } from './view.ts';

/** All stages with a number of each, so that the way from text to prediction stays in view while one is open. */
export function Rail({ isOld }: { readonly isOld: boolean }): JSX.Element {
  const { state, dispatch } = useView();
  const live = useLiveNumbers();
  const open = (stage: StageId): void => dispatch({ type: 'openStage', stage });
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null;
    if (by === null) return;
    event.preventDefault();
    const stage = neighbourOf(state.stage, by);
    open(stage);
    document.getElementById(`stage-${stage}`)?.focus();
  };
  return (
    <nav class={`rail ${isOld ? 'old' : ''}`} aria-label={phrases.stagesLabel}>
      <div class="rail-tabs" role="tablist" aria-orientation="vertical" onKeyDown={onKeyDown}>
        {stageIds.map((stage, i) => (
          <button
            key={stage}
            id={`stage-${stage}`}
            type="button"
            role="tab"
            class="rail-entry"
            aria-selected={stage === state.stage}
            aria-controls="stage-panel"
            tabIndex={stage === state.stage ? 0 : -1}
            data-stage={stage}
            onClick={() => open(stage)}
          >
            <span class="rail-name">
              {i + 1} {phrases.stages[stage].name}
            </span>
            <span class="rail-live">{live[stage]}</span>
          </button>
        ))}
      </div>
      <label class="rail-select">
        <span class="spoken-only">{phrases.stagesLabel}</span>
        <select
          value={state.stage}
          onChange={(event) => {
            const stage = stageIds.find((id) => id === event.currentTarget.value);
            if (stage !== undefined) open(stage);
          }}
        >
          {stageIds.map((stage, i) => (
            <option key={stage} value={stage}>
              {i + 1} {phrases.stages[stage].name} {live[stage]}
            </option>
          ))}
        </select>
      </label>
    </nav>
  );
}

function useLiveNumbers(): Readonly<Record<StageId, string>> {
  const { inspection, selection } = useView();
  const overview = useAnswer('overview')?.answer;
  const { tokens, position, distribution, hiddenSize } = inspection;
  const [best] = distribution.top;
  const token = tokens[position];
  // There is room for one of the two.
  const plain = atOne(selection.temperature);
  return {
    text: phrases.live.text(tokens.reduce((sum, { bytes }) => sum + byteCount(bytes), 0)),
    tokens: phrases.live.tokens(tokens.length),
    vectors: phrases.live.vectors(hiddenSize),
    attention: overview === undefined ? '' : decimal(overview.looksMost, 2),
    mix: phrases.headName(selection.layer + 1, selection.head + 1),
    neurons: overview === undefined ? '' : `${count(overview.firing)} / ${count(overview.neurons)}`,
    scores: best === undefined ? '' : `${plain === '' ? 'p ' : ''}${decimal(best.probability, 2)}${plain}`,
    choice: best === undefined ? '' : tokenInWords(best.bytes).slice(0, 12),
    messages: '',
    why: '',
    learning:
      overview === undefined || overview.loss === null || token === undefined
        ? ''
        : decimal(overview.loss, 2),
  };
}
