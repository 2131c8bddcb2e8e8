import type { JSX } from 'preact';
import type { InspectedToken } from '../../protocol/prediction.ts';
import type { StageAnswers, TokenRange } from '../../protocol/stages.ts';
import { byteCount } from '../../protocol/tokenBytes.ts';
import { decimal, likely } from '../figures.ts';
import { KnownNum, Numbers, SignedBar } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useView } from '../view.ts';

type Line = StageAnswers['why']['lines'][number];

/** A line, and how much more or less likely the token was with it, in nats. */
interface Effect extends Line {
  readonly effect: number;
  readonly isTried: boolean;
}

/** Without this line: the probability, and how much more or less likely the token was with it. Each is tried after the other. */
export function LinesThatMattered({ answer }: { readonly answer: StageAnswers['why'] }): JSX.Element {
  const { inspection } = useView();
  const lineNumber = useLineNumbers();
  const { lines, probability, untried } = answer;
  const effects = effectsOf(lines, probability);
  const tried = effects.filter(({ isTried }) => isTried);
  const most = Math.max(1, ...effects.map(({ effect }) => Math.abs(effect)));
  const [strongest] = tried;
  return (
    <section>
      <h4>{phrases.linesHeading}</h4>
      {lines.length === 0 && <p>{phrases.noLines}</p>}
      {strongest !== undefined && strongest.probability !== null && (
        <p role="status" aria-busy={tried.length < lines.length} data-strongest={strongest.from}>
          {phrases.withoutLine(lineNumber(strongest), likely(probability), likely(strongest.probability))}{' '}
          <TokenText bytes={lineBytes(inspection.tokens, strongest)} />
        </p>
      )}
      <Progress tried={tried.length} all={lines.length} />
      <p class="quiet">{phrases.linesHint}</p>
      <Numbers label={phrases.linesHeading}>
        <ul class="shares effects">
          {effects.map((line) => (
            <LineEffect key={line.from} line={line} most={most} whole={probability} />
          ))}
        </ul>
      </Numbers>
      {untried > 0 && <p class="quiet">{phrases.linesUntried(untried)}</p>}
    </section>
  );
}

/** Those that were tried come first, the strongest of them foremost. */
function effectsOf(lines: readonly Line[], probability: number): Effect[] {
  return lines
    .map((line) => {
      const isTried = line.probability !== null;
      const effect = line.probability === null ? line.preview : Math.log(probability / line.probability);
      return { ...line, effect, isTried };
    })
    .sort((a, b) => Number(b.isTried) - Number(a.isTried) || Math.abs(b.effect) - Math.abs(a.effect));
}

/** How far it is, and the way to have enough of it. */
function Progress({ tried, all }: { readonly tried: number; readonly all: number }): JSX.Element | null {
  const { state, dispatch } = useView();
  if (tried === all) return null;
  const isStopped = state.questions.why?.stopped === true;
  return (
    <p class="controls" data-tried={tried} data-lines={all}>
      <progress value={tried} max={all} aria-label={phrases.linesProgress} />
      <span>{phrases.linesTried(tried, all)}</span>
      {!isStopped && (
        <button type="button" onClick={() => dispatch({ type: 'stop', kind: 'why' })}>
          {phrases.stopTrying}
        </button>
      )}
    </p>
  );
}

/** What gradient × input says is shown as a guess until the line has been tried without. */
function LineEffect({
  line,
  most,
  whole,
}: {
  readonly line: Effect;
  readonly most: number;
  /** the token's probability with all lines */
  readonly whole: number;
}): JSX.Element {
  const { inspection, state, send } = useView();
  const number = useLineNumbers()(line);
  const reveal = (): void => {
    const uri = state.subject?.place?.uri;
    if (uri !== undefined && number !== null) send({ type: 'reveal', place: { uri, line: number } });
  };
  return (
    <li
      class={line.isTried ? '' : 'untried'}
      data-line-from={line.from}
      data-line-to={line.to}
      data-without={line.probability}
      data-preview={line.preview}
    >
      <span class="number">
        {line.probability === null ? (
          `≈ ${decimal(line.effect, 3)}`
        ) : (
          <KnownNum
            of="effect"
            shown={decimal(line.effect, 3)}
            sentence={phrases.effectSentence(likely(whole), likely(line.probability))}
            explanation={{
              formula: 'sum',
              operands: { a: Math.log(whole), b: -Math.log(line.probability) },
              machine: [line.effect],
            }}
          />
        )}
      </span>{' '}
      <SignedBar share={line.effect / most} />{' '}
      <button type="button" class="plain line-text" disabled={number === null} onClick={reveal}>
        {number !== null && <span class="token-id">{number} </span>}
        <TokenText bytes={lineBytes(inspection.tokens, line)} />
      </button>
    </li>
  );
}

/** Where a line is in its file; null: the essay's is in none. */
function useLineNumbers(): (line: TokenRange) => number | null {
  const { inspection, state } = useView();
  const { subject } = state;
  const { tokens, cursor } = inspection;
  return ({ from }) => {
    if (subject === null || subject.place === null || subject.essay !== null) return null;
    const ahead = newlines(tokens.slice(cursor, from)) - newlines(tokens.slice(from, cursor));
    return Math.max(1, subject.place.line + ahead);
  };
}

function newlines(tokens: readonly InspectedToken[]): number {
  return tokens.reduce((sum, { bytes }) => sum + bytes.split('\n').length - 1, 0);
}

/** The bytes of a line without the spaces and breaks around it. */
function lineBytes(tokens: readonly InspectedToken[], { from, to }: TokenRange): string {
  const bytes = tokens
    .slice(from, to)
    .map((token) => (byteCount(token.bytes) === 0 ? '' : token.bytes))
    .join('');
  return bytes.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}
