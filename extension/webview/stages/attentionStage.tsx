import type { JSX } from 'preact';
import { decimal, roundedToTotal } from '../figures.ts';
import { AttentionGrid } from './attentionGrid.tsx';
import { HeadChoice } from '../headChoice.tsx';
import { HeadPicture } from './headPicture.tsx';
import { Bar, FoldedVector, KnownNum, Num, Numbers, Vector } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { tokenInWords } from '../tokenText.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

type Attention = NonNullable<ReturnType<typeof useAnswer<'attention'>>>;
type VectorName = 'query' | 'key' | 'value' | 'rotatedQuery' | 'rotatedKey';

/** Tokens that are listed beside the picture. */
const listed = 16;

/** Who looks at whom: all heads, one head, one row of it with every step to the share. */
export function AttentionStage(): JSX.Element {
  const asked = useAnswer('attention');
  return (
    <div>
      <HeadChoice />
      {asked !== null && <Head {...asked} />}
    </div>
  );
}

function Head({ answer, question }: Attention): JSX.Element {
  const { layer, head } = question;
  return (
    <div class="columns">
      <HeadPicture answer={answer} question={question} />
      <Row answer={answer} question={question} />
      <AttentionGrid answer={answer} layer={layer} head={head} />
      <Vectors answer={answer} question={question} />
    </div>
  );
}

/** What the head makes of the token and of the one that it looks at: query, key and value. */
function Vectors({ answer, question }: Attention): JSX.Element {
  const { inspection } = useView();
  const { layer, head, position } = question;
  const { other } = answer;
  const looked = tokenInWords(inspection.tokens[other]?.bytes ?? '');
  const name = (of: VectorName, at: number) => (index: number) => ({ of, layer, head, position: at, index });
  return (
    <div class="whole-row">
      <Vector
        label={phrases.rotatedQuery}
        values={answer.rotatedQuery}
        nameOf={name('rotatedQuery', position)}
      />
      <Vector
        label={phrases.rotatedKey(looked)}
        values={answer.rotatedKey}
        nameOf={name('rotatedKey', other)}
      />
      <FoldedVector label={phrases.query} values={answer.query} nameOf={name('query', position)} />
      <FoldedVector label={phrases.key(looked)} values={answer.key} nameOf={name('key', other)} />
      <FoldedVector label={phrases.valueVector(looked)} values={answer.value} nameOf={name('value', other)} />
    </div>
  );
}

/** One token's row: the tokens that it looks at most. */
function Row({ answer, question }: Attention): JSX.Element {
  const { inspection, selection, select } = useView();
  const { hidesFirst } = selection;
  const { position } = question;
  const { weights } = answer;
  const order = weights
    .map((_, other) => other)
    .filter((other) => !(hidesFirst && other === 0))
    .sort((a, b) => weights[b]! - weights[a]!)
    .slice(0, listed);
  const listedShare = order.reduce((sum, other) => sum + weights[other]!, 0);
  const { shown } = roundedToTotal(
    [...order.map((other) => weights[other]!), Math.max(0, 1 - listedShare)],
    4,
  );
  const looking = inspection.tokens[position]!;
  return (
    <div class="scores-frame">
      <label>
        <input
          type="checkbox"
          checked={hidesFirst}
          onChange={(event) => select({ hidesFirst: event.currentTarget.checked })}
        />{' '}
        {phrases.hideFirst(decimal(weights[0]!, 4))}
      </label>
      <Numbers label={phrases.looksBack}>
        <table class="attention">
          <caption>
            <TokenText bytes={looking.bytes} /> {phrases.looksBack}
          </caption>
          <TableHead
            columns={[
              [phrases.token],
              ['q · k', 'number'],
              ['÷ √d', 'number'],
              [phrases.share, 'number'],
              ['', 'bar-column'],
            ]}
          />
          <tbody>
            {order.map((other, i) => (
              <LookedAt key={other} other={other} share={shown[i]!} answer={answer} question={question} />
            ))}
          </tbody>
          <tfoot>
            <Others count={weights.length - order.length} listedShare={listedShare} shown={shown.at(-1)!} />
          </tfoot>
        </table>
      </Numbers>
    </div>
  );
}

interface OthersProps {
  readonly count: number;
  /** of the tokens that are listed */
  readonly listedShare: number;
  readonly shown: string;
}

/** What is left for the tokens that are not listed. */
function Others({ count, listedShare, shown }: OthersProps): JSX.Element {
  return (
    <tr>
      <td>{phrases.others(count)}</td>
      <td />
      <td />
      <td class="number">
        <KnownNum
          of="others"
          shown={shown}
          sentence={phrases.othersSentence(count)}
          explanation={{ formula: 'sum', operands: { a: 1, b: -listedShare }, machine: [1 - listedShare] }}
        />
      </td>
      <td />
    </tr>
  );
}

interface LookedAtProps extends Attention {
  readonly other: number;
  /** rounded so that all of them and the others add up to 1 */
  readonly share: string;
}

/** A token that is looked at, and every step to its share. */
function LookedAt({ answer, question, other, share }: LookedAtProps): JSX.Element {
  const { inspection, selection, select } = useView();
  const { layer, head, position } = question;
  const { weights, scores, products } = answer;
  const name = (of: 'score' | 'weight') => ({ of, layer, head, position, other });
  return (
    <tr class={other === selection.other ? 'chosen' : ''} data-other={other}>
      <td>
        <button type="button" class="plain" onClick={() => select({ other })}>
          <TokenText bytes={inspection.tokens[other]!.bytes} />
          <span class="token-id">{other + 1}</span>
        </button>
      </td>
      <td class="number" data-label="q · k">
        <Num number={name('score')} value={products[other]!} />
      </td>
      <td class="number" data-label="÷ √d">
        <Num number={name('score')} value={scores[other]!} />
      </td>
      <td class="number" data-label={phrases.share}>
        <Num number={name('weight')} value={weights[other]!} shown={share} />
      </td>
      <td class="bar-column">
        <Bar share={weights[other]!} />
      </td>
    </tr>
  );
}
