import type { JSX } from 'preact';
import type { CallMessage } from '../../protocol/calling.ts';
import { count, decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { useAnswer } from '../view.ts';

/** Function calls as the model reads them, special tokens and all, and what became of each. */
export function MessagesStage(): JSX.Element | null {
  const asked = useAnswer('messages');
  if (asked === null) return null;
  if (asked.answer.length === 0) return <p>{phrases.noMessages}</p>;
  return (
    <ol class="messages" aria-label={phrases.messagesHeading}>
      {asked.answer.map((message, i) => (
        <li key={i}>
          <Message {...message} />
        </li>
      ))}
    </ol>
  );
}

function Message({ tool, argument, probability, returned, text, chosen }: CallMessage): JSX.Element {
  const facts: readonly (readonly [string, string])[] = [
    [phrases.messageTool, tool],
    [phrases.messageArgument, argument],
    [phrases.messageAsked, decimal(probability, 4)],
    [phrases.messageReturned, count(returned)],
    [phrases.messageChosen, chosen.map((one) => `${one.name} ${decimal(one.probability, 4)}`).join(', ')],
  ];
  return (
    <details>
      <summary>
        <code>{text}</code>
      </summary>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
