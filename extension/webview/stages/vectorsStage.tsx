import type { JSX } from 'preact';
import { Board } from '../board.tsx';
import type { StageAnswers } from '../../protocol/stages.ts';
import { decimal } from '../figures.ts';
import { KnownNum, Num, Numbers, PlainVector } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { TokenSelect } from '../tokenSelect.tsx';
import { useAnswer, useView } from '../view.ts';
import { VectorDrift } from './vectorDrift.tsx';
import { VectorMap } from './vectorMap.tsx';

type Answer = StageAnswers['vectors'];

/** A token's vector, another one's, and how alike they are. */
export function VectorsStage(): JSX.Element | null {
  const view = useView();
  const asked = useAnswer('vectors');
  if (asked === null) return null;
  const { vector, other, dot, cosine, neighbours, points } = asked.answer;
  const { point: askedPoint } = asked.question;
  const point = askedPoint !== null && askedPoint < points.length ? askedPoint : null;
  const { tokens } = view.inspection;
  const [token, otherToken] = [tokens[asked.question.position]!, tokens[asked.question.other]!];
  const similarity = (of: number) => ({ of: 'similarity' as const, token: token.id, other: of, point });
  return (
    <div>
      <p class="controls">
        <TokenText bytes={token.bytes} /> {phrases.comparedWith}
        <TokenSelect
          label={phrases.comparedWith}
          value={asked.question.other}
          onChange={(position) => view.select({ other: position })}
        />
      </p>
      <Moment answer={asked.answer} point={point} />
      <Numbers label={phrases.similarity}>
        <p>
          {phrases.dotProduct} <Num number={similarity(otherToken.id)} value={dot} /> {phrases.cosine}{' '}
          <Num number={similarity(otherToken.id)} value={cosine} />
        </p>
      </Numbers>
      <PlainVector label={phrases.vectorOf(token.id)} values={vector} />
      <PlainVector label={phrases.vectorOf(otherToken.id)} values={other} />
      <h4>{phrases.neighboursHeading}</h4>
      <Numbers label={phrases.neighboursHeading}>
        <table>
          <TableHead columns={[[phrases.token], [phrases.cosine, 'number']]} />
          <tbody>
            {neighbours.map((neighbour) => (
              <tr key={neighbour.id}>
                <td>
                  <TokenText bytes={neighbour.bytes} />
                </td>
                <td class="number">
                  <Num number={similarity(neighbour.id)} value={neighbour.cosine} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Numbers>
      <VectorMap />
      <Board />
    </div>
  );
}

/** When the vectors are looked at: at one of the points that are known, or now. */
function Moment({ answer, point }: { readonly answer: Answer; readonly point: number | null }): JSX.Element {
  const { isEssay, select } = useView();
  const { origin, points, vector, now, change } = answer;
  const nameOf = (at: number | null): string => {
    const step = at === null ? undefined : points[at];
    if (step === undefined) return phrases.momentNow;
    return step === 0 && origin.from === 'seed' ? phrases.momentSeed(origin.seed) : phrases.momentStep(step);
  };
  if (points.length === 0) return <p class="quiet">{phrases.noMoments[origin.from]}</p>;
  const explanation = {
    formula: 'cosine',
    operands: { a: vector, b: now },
    machine: [vector.reduce((sum, value, i) => sum + value * now[i]!, 0), change],
  } as const;
  return (
    <div class="moment" data-point={point ?? points.length} data-points={points.length}>
      <p class="controls">
        <label class="slider">
          {phrases.moment}{' '}
          <input
            type="range"
            min={0}
            max={points.length}
            step={1}
            value={point ?? points.length}
            aria-valuetext={nameOf(point)}
            onInput={(event) => {
              const at = Number(event.currentTarget.value);
              select({ point: at === points.length ? null : at });
            }}
          />{' '}
          <output>{nameOf(point)}</output>
        </label>
        {point !== null && (
          <Numbers label={phrases.change}>
            {phrases.change}{' '}
            <KnownNum
              of="change"
              shown={decimal(change, 4)}
              sentence={phrases.changeSentence(nameOf(point))}
              explanation={explanation}
            />
          </Numbers>
        )}
      </p>
      <VectorDrift
        drift={answer.drift}
        chosen={point ?? points.length}
        nameOf={(at) => nameOf(at === points.length ? null : at)}
      />
      {points.length === 1 && <p class="quiet">{phrases.onlyStart}</p>}
      {points.length > 1 && !isEssay && <p class="quiet">{phrases.keptRoughly}</p>}
    </div>
  );
}
