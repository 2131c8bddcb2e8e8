import type { ComponentChildren, JSX } from 'preact';
import type { InspectorRequest } from '../protocol/inspector.ts';
import { Boundary } from './boundary.tsx';
import { phrases } from './phrases/phrases.ts';

type Send = (request: InspectorRequest) => void;

interface GuardedProps {
  /** what the part is drawn from */
  readonly of: unknown;
  readonly send: Send;
  /** absent: there is nothing to go back to */
  readonly onBack?: () => void;
  readonly children: ComponentChildren;
}

/** A part in whose place one sentence stands where it can't be drawn; the log has the rest. */
export function Guarded({ of, send, onBack, children }: GuardedProps): JSX.Element {
  const instead = (
    <ErrorNotice sentence={phrases.cannotBeDrawn} send={send}>
      {onBack !== undefined && (
        <button type="button" onClick={onBack}>
          {phrases.backToStage}
        </button>
      )}
    </ErrorNotice>
  );
  return (
    <Boundary
      of={of}
      instead={instead}
      onFailure={({ stack, message }) => send({ type: 'broken', stack: stack ?? message })}
    >
      {children}
    </Boundary>
  );
}

interface ErrorNoticeProps {
  readonly sentence: string;
  readonly send: Send;
  readonly children?: ComponentChildren;
}

/** What has failed, in one sentence, and what can be done. */
export function ErrorNotice({ sentence, send, children }: ErrorNoticeProps): JSX.Element {
  return (
    <div class="notice error" role="alert">
      <p class="error-sentence">{sentence}</p>
      {children}
      <button type="button" onClick={() => send({ type: 'showLog' })}>
        {phrases.showLog}
      </button>
    </div>
  );
}
