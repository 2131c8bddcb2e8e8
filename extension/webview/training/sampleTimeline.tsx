import { Fragment, type JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { CurvePoint, InspectorRequest } from '../../protocol/inspector.ts';
import type { SamplePrompt, TrainingSample } from '../../protocol/training.ts';
import { lastUpTo } from './curves.ts';
import { count, decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { type Change, changesBetween } from './sampleDiff.ts';
import { still } from '../still.tsx';
import { TokenText } from '../tokenTextView.tsx';

interface SampleTimelineProps {
  readonly samples: readonly TrainingSample[];
  readonly prompt: SamplePrompt;
  readonly heldOut: readonly CurvePoint[];
  /** of the sample at the moment that is looked at; −1 before the first */
  readonly chosen: number;
  readonly onChoose: (step: number) => void;
  readonly send: (request: InspectorRequest) => void;
}

/**
 * How the model goes on with one place of the user's own code, at every score, and what that is other than before. Ticks are four a second,
 * samples a dozen in all.
 */
export const SampleTimeline = still(function SampleTimeline({
  samples,
  prompt,
  heldOut,
  chosen,
  onChoose,
  send,
}: SampleTimelineProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const changes = useMemo(
    () => samples.map(({ tokens }, i) => changesBetween(samples[i - 1]?.tokens ?? [], tokens)),
    [samples],
  );
  useLayoutEffect(() => {
    const row = list.current?.firstElementChild?.children[chosen];
    // The list moves, the page stays.
    if (row instanceof HTMLElement) list.current!.scrollTop = row.offsetTop - list.current!.clientHeight / 3;
  }, [chosen, samples]);
  return (
    <section class="samples" aria-labelledby="samples-heading">
      <h3 id="samples-heading">{phrases.samplesHeading}</h3>
      <p class="sentence">{phrases.samplesLook}</p>
      <Prompt prompt={prompt} send={send} />
      <div class="sample-list" ref={list} role="region" aria-label={phrases.samplesHeading} tabIndex={0}>
        <ol>
          {samples.map((sample, i) => (
            <Sample
              key={sample.step}
              sample={sample}
              changes={changes[i]!}
              isFirst={i === 0}
              isChosen={i === chosen}
              loss={lastUpTo(heldOut, sample.step)?.[1] ?? null}
              onChoose={onChoose}
            />
          ))}
        </ol>
      </div>
    </section>
  );
});

interface PromptProps {
  readonly prompt: SamplePrompt;
  readonly send: (request: InspectorRequest) => void;
}

function Prompt({ prompt, send }: PromptProps): JSX.Element {
  const { file, line, before, after } = prompt;
  return (
    <dl class="prompt">
      <dt>
        {phrases.promptName}{' '}
        <button type="button" class="link" onClick={() => send({ type: 'reveal', place: { file, line } })}>
          <bdi>{file}</bdi>:{line}
        </button>
      </dt>
      <dd class="sample-text">
        <Code changes={before.map((bytes) => ({ kind: 'kept', bytes }))} />
      </dd>
      <dt>{phrases.promptTruth}</dt>
      <dd class="sample-text">
        <Code changes={after.map((bytes) => ({ kind: 'kept', bytes }))} />
      </dd>
    </dl>
  );
}

interface SampleProps {
  readonly sample: TrainingSample;
  readonly changes: readonly Change[];
  readonly isFirst: boolean;
  readonly isChosen: boolean;
  readonly loss: number | null;
  readonly onChoose: (step: number) => void;
}

function Sample({ sample, changes, isFirst, isChosen, loss, onChoose }: SampleProps): JSX.Element {
  const { step, tokens } = sample;
  const isNew = changes.filter(({ kind }) => kind === 'new').length;
  return (
    <li class={isChosen ? 'sample chosen' : 'sample'} data-step={step}>
      <button
        type="button"
        class="link"
        aria-current={isChosen ? 'step' : undefined}
        onClick={() => onChoose(step)}
      >
        {phrases.sampleStep(count(step))}
      </button>{' '}
      <span class="sample-note">
        {loss !== null && phrases.heldOutSentence(decimal(loss, 3))}{' '}
        {!isFirst && phrases.sampleChanged(count(isNew), count(tokens.length))}
      </span>
      <div class="sample-text">
        {tokens.length === 0 && <span class="piece-mark">{phrases.sampleEnded}</span>}
        <Code changes={isFirst ? tokens.map((bytes) => ({ kind: 'kept', bytes })) : changes} />
      </div>
    </li>
  );
}

function Code({ changes }: { readonly changes: readonly Change[] }): JSX.Element {
  return (
    <>
      {changes.map(({ kind, bytes }, i) => (
        <Fragment key={i}>
          {kind === 'kept' && <TokenText bytes={bytes} />}
          {kind === 'new' && (
            <ins>
              <TokenText bytes={bytes} />
            </ins>
          )}
          {kind === 'gone' && (
            <del>
              <TokenText bytes={bytes} />
            </del>
          )}
          {kind !== 'gone' && bytes.includes('\n') && <br />}
        </Fragment>
      ))}
    </>
  );
}
