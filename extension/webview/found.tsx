import type { JSX } from 'preact';
import type { StageId } from '../protocol/stages.ts';
import { byteCount } from '../protocol/tokenBytes.ts';
import { atOne, decimal, likely, scientific } from './figures.ts';
import { spoken } from './numberSentence.ts';
import { phrases } from './phrases/phrases.ts';
import { answerOf } from './questions.ts';
import { questionsOf } from './stageTable.ts';
import { useView, type View } from './view.ts';

/** What there is to see in the open stage, with the user's own numbers; nothing before they are there. */
export function Found(): JSX.Element | null {
  const view = useView();
  const { stage, questions } = view.state;
  const said = sayings[stage](view);
  if (said === null) return null;
  const isOld = questionsOf(stage, view.selection, view.inspection).some(
    ({ kind }) => kind !== 'operations' && questions[kind]?.waiting === true,
  );
  return (
    <p class={`found ${isOld ? 'old' : ''}`} data-found={stage}>
      {said}
    </p>
  );
}

const tokenAt = ({ inspection }: View, position: number): string =>
  spoken(inspection.tokens[position]?.bytes ?? '');

/** By stage; null where its answer is not there, or there is nothing to tell. */
const sayings: Readonly<Record<StageId, (view: View) => string | null>> = {
  text: ({ inspection: { tokens } }) => {
    const bytes = tokens.reduce((sum, token) => sum + byteCount(token.bytes), 0);
    const longest = tokens.reduce((best, token) =>
      byteCount(token.bytes) > byteCount(best.bytes) ? token : best,
    );
    return phrases.found.text(bytes, tokens.length, decimal(bytes / tokens.length, 1), spoken(longest.bytes));
  },
  tokens: (view) => {
    const asked = answerOf(view.state, 'merges');
    if (asked === null) return null;
    const { position } = asked.question;
    const bytes = view.inspection.tokens[position]?.bytes;
    // The answer is of a text before this one.
    if (bytes === undefined) return null;
    return phrases.found.tokens(spoken(bytes), byteCount(bytes), Math.max(0, asked.answer.steps.length - 1));
  },
  vectors: (view) => {
    const asked = answerOf(view.state, 'vectors');
    const nearest = asked?.answer.neighbours[0];
    if (asked === null || nearest === undefined) return null;
    return phrases.found.vectors(
      tokenAt(view, asked.question.position),
      spoken(nearest.bytes),
      decimal(nearest.cosine, 4),
    );
  },
  attention: (view) => {
    const asked = answerOf(view.state, 'attention');
    if (asked === null) return null;
    const { weights } = asked.answer;
    const seen = view.selection.hidesFirst && weights.length > 1 ? weights.slice(1) : weights;
    const most = Math.max(...seen);
    const other = weights.lastIndexOf(most);
    return phrases.found.attention(
      tokenAt(view, asked.question.position),
      tokenAt(view, other),
      decimal(most, 4),
      decimal(weights[0]!, 4),
    );
  },
  mix: (view) => {
    const asked = answerOf(view.state, 'mix');
    if (asked === null) return null;
    const { before, after, attended } = asked.answer;
    const most = indexOfLargest(attended.map(Math.abs));
    return phrases.found.mix(
      tokenAt(view, asked.question.position),
      most + 1,
      decimal(before[most]!, 4),
      decimal(after[most]!, 4),
    );
  },
  neurons: (view) => {
    const asked = answerOf(view.state, 'neurons');
    if (asked === null) return null;
    const { firing, after } = asked.answer;
    const most = indexOfLargest(after);
    return phrases.found.neurons(firing, after.length, most + 1, decimal(after[most]!, 4));
  },
  scores: ({ inspection: { distribution }, selection }) => {
    const [best, second] = distribution.top;
    if (best === undefined || second === undefined) return null;
    const said = phrases.found.scores(
      spoken(best.bytes),
      likely(best.probability),
      decimal(best.probability / second.probability, 1),
      spoken(second.bytes),
      decimal(distribution.entropy, 2),
    );
    return said + atOne(selection.temperature);
  },
  choice: (view) => {
    const asked = answerOf(view.state, 'choice');
    if (asked === null) return null;
    const { draw, drawn, intervals } = asked.answer;
    const { from, to } = intervals.find(({ id }) => id === drawn.id)!;
    const { seed } = asked.question;
    return phrases.found.choice(
      seed,
      decimal(draw, 6),
      spoken(drawn.bytes),
      decimal(from, 6),
      decimal(to, 6),
    );
  },
  learning: (view) => {
    const actual = answerOf(view.state, 'learning')?.answer.actual ?? null;
    if (actual === null) return null;
    const { bytes, probability } = actual;
    return phrases.found.learning(
      spoken(bytes),
      scientific(probability, 6),
      decimal(-Math.log(probability), 4),
      decimal(1 - probability, 4),
    );
  },
  messages: (view) => {
    const asked = answerOf(view.state, 'messages');
    return asked === null ? null : phrases.found.messages(asked.answer[0]?.number ?? 0);
  },
  why: (view) => {
    const asked = answerOf(view.state, 'why');
    if (asked === null) return null;
    const { token, probability, lines } = asked.answer;
    const tried = lines.flatMap((line) => (line.probability === null ? [] : [line.probability]));
    const apart = (without: number): number => Math.abs(Math.log(probability / without));
    const most = tried.reduce<number | null>(
      (best, without) => (best === null || apart(without) > apart(best) ? without : best),
      null,
    );
    return most === null
      ? phrases.found.why(lines.length, spoken(token.bytes), likely(probability))
      : phrases.found.whyLine(spoken(token.bytes), likely(probability), likely(most));
  },
};

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}
