import type { JSX } from 'preact';
import type { FiringLine, FiringLines } from '../../protocol/workspaceText.ts';
import { Num, Numbers } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** Where in the workspace a neuron fires most; it is looked for when somebody asks. @param neuron the chosen one */
export function FiringLinesView({ neuron }: { readonly neuron: number }): JSX.Element | null {
  const { selection, isEssay, select } = useView();
  const asked = useAnswer('firingLines');
  // All of the essay's text is on the screen.
  if (isEssay) return null;
  const found = asked?.answer?.neuron === neuron ? asked.answer : null;
  const layer = asked?.question.layer === selection.layer ? selection.layer : null;
  const isSearching = selection.firingLines && (found === null || found.read < found.toRead);
  return (
    <section class="firing-lines" aria-labelledby="firing-lines-heading" data-neuron={neuron}>
      <h4 id="firing-lines-heading">{phrases.firingLinesHeading(neuron + 1)}</h4>
      <p class="controls">
        <button
          type="button"
          class="toggle"
          aria-pressed={selection.firingLines}
          onClick={() => select({ neuron, firingLines: !selection.firingLines })}
        >
          {isSearching ? phrases.stopTrying : phrases.searchLines}
        </button>
        {isSearching && <progress max={found?.toRead ?? 1} value={found?.read ?? 0} aria-hidden="true" />}
      </p>
      {selection.firingLines && asked?.answer === null && <p class="quiet">{phrases.noWorkspaceText}</p>}
      {selection.firingLines && found !== null && layer !== null && <Found layer={layer} found={found} />}
    </section>
  );
}

function Found({ layer, found }: { readonly layer: number; readonly found: FiringLines }): JSX.Element {
  const { neuron, lines, read, toRead, tokens } = found;
  return (
    <div data-read={read} data-to-read={toRead}>
      <p class="quiet" role="status" aria-busy={read < toRead}>
        {read < toRead ? phrases.readSoFar(read, toRead, tokens) : phrases.readAll(read, tokens)}
      </p>
      {lines.length === 0 ? (
        read === toRead && <p>{phrases.neverFires}</p>
      ) : (
        <Numbers label={phrases.firingLinesHeading(neuron + 1)}>
          <table>
            <TableHead
              columns={[
                [phrases.lineColumn],
                [phrases.beforeReLU, 'number'],
                [phrases.afterReLU, 'number'],
                [phrases.firedBy],
              ]}
            />
            <tbody>
              {lines.map((line) => (
                <Line key={`${line.file}:${line.line}`} line={line} layer={layer} neuron={neuron} />
              ))}
            </tbody>
          </table>
        </Numbers>
      )}
    </div>
  );
}

interface LineProps {
  readonly line: FiringLine;
  readonly layer: number;
  readonly neuron: number;
}

function Line({ line, layer, neuron }: LineProps): JSX.Element {
  const { send } = useView();
  const { file, line: number, at, sum, activation, tokens, fired } = line;
  const place = { layer, at, index: neuron };
  return (
    <tr data-line={`${file}:${number}`} data-sum={sum}>
      <td>
        <button
          type="button"
          class="plain"
          onClick={() => send({ type: 'reveal', place: { file, line: number } })}
        >
          {file}:{number}
        </button>
      </td>
      <td class="number">
        <Num number={{ of: 'lineSum', ...place }} value={sum} />
      </td>
      <td class="number">
        <Num number={{ of: 'lineActivation', ...place }} value={activation} />
      </td>
      <td class="line-tokens">
        {tokens.map(({ bytes }, i) =>
          i === fired ? (
            <mark key={i}>
              <TokenText bytes={bytes} />
            </mark>
          ) : (
            <TokenText key={i} bytes={bytes} />
          ),
        )}
      </td>
    </tr>
  );
}
