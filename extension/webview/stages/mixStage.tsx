import type { JSX } from 'preact';
import { LayerChoice } from '../layerChoice.tsx';
import { Bar, FoldedVector, Num, Numbers, PlainVector, Vector } from '../numbers.tsx';
import { phrases } from '../phrases/phrases.ts';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

const listed = 8;

/** What the token takes from those that it looks at, and what is added to its own vector. */
export function MixStage(): JSX.Element {
  const asked = useAnswer('mix');
  const { inspection } = useView();
  if (asked === null) return <LayerChoice withHead />;
  const { layer, head, position } = asked.question;
  const { normal, weights, context, attended, before, after } = asked.answer;
  const order = weights
    .map((_, other) => other)
    .sort((a, b) => weights[b]! - weights[a]!)
    .slice(0, listed);
  const inLayer = (of: 'attended' | 'middle' | 'inputNorm') => (index: number) => ({
    of,
    layer,
    position,
    index,
  });
  return (
    <div>
      <LayerChoice withHead />
      <h4>{phrases.mixedFrom}</h4>
      <Numbers label={phrases.mixedFrom}>
        <ul class="shares">
          {order.map((other) => (
            <li key={other}>
              <Num number={{ of: 'weight', layer, head, position, other }} value={weights[other]!} /> ×{' '}
              <TokenText bytes={inspection.tokens[other]!.bytes} />
              <Bar share={weights[other]!} />
            </li>
          ))}
        </ul>
      </Numbers>
      <Vector
        label={phrases.contextVector}
        values={context}
        nameOf={(index) => ({ of: 'context', layer, head, position, index })}
      />
      <Vector label={phrases.attended} values={attended} nameOf={inLayer('attended')} />
      {layer === 0 ? (
        <PlainVector label={phrases.beforeAttention} values={before} />
      ) : (
        <FoldedVector
          label={phrases.beforeAttention}
          values={before}
          nameOf={(index) => ({ of: 'output', layer: layer - 1, position, index })}
        />
      )}
      <FoldedVector label={phrases.normalVector} values={normal} nameOf={inLayer('inputNorm')} />
      <Vector label={phrases.afterAttention} values={after} nameOf={inLayer('middle')} />
    </div>
  );
}
