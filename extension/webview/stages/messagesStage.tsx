import type { JSX } from 'preact';
import type { NumberedMessage } from '../../protocol/calling.ts';
import type { ReadToken, StageAnswers } from '../../protocol/stages.ts';
import { controlName } from '../../protocol/tokenBytes.ts';
import { count, decimal } from '../figures.ts';
import { phrases } from '../phrases/phrases.ts';
import { TableHead } from '../tableHead.tsx';
import { TokenText } from '../tokenTextView.tsx';
import { useAnswer, useView } from '../view.ts';

/** Function calls as the model reads them, special tokens and all, and what became of each. */
export function MessagesStage(): JSX.Element | null {
  const asked = useAnswer('messages');
  if (asked === null) return null;
  if (asked.answer.length === 0) return <p>{phrases.noMessages}</p>;
  return (
    <ol class="messages" aria-label={phrases.messagesHeading}>
      {asked.answer.map((message) => (
        <li key={message.number}>
          <Message {...message} />
        </li>
      ))}
    </ol>
  );
}

function Message(message: NumberedMessage): JSX.Element {
  const { number, tool, argument, probability, returned, text, chosen } = message;
  const { selection, select } = useView();
  const isOpen = selection.message === number;
  const facts: readonly (readonly [string, string])[] = [
    [phrases.messageTool, tool],
    [phrases.messageArgument, argument],
    [phrases.messageAsked, decimal(probability, 4)],
    [phrases.messageReturned, count(returned)],
    [phrases.messageChosen, chosen.map((one) => `${one.name} ${decimal(one.probability, 4)}`).join(', ')],
  ];
  return (
    <details
      open={isOpen}
      onToggle={(event) => {
        const { open } = event.currentTarget;
        if (open !== isOpen) select({ message: open ? number : null });
      }}
    >
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
      {isOpen && <Tokens number={number} />}
    </details>
  );
}

/** The message token by token: what the model asked with, what the answer added, and what the model wrote then. */
function Tokens({ number }: { readonly number: number }): JSX.Element | null {
  const { state } = useView();
  const told = useAnswer('call');
  const isOld = state.questions.call?.waiting === true || told?.question.message !== number;
  if (isOld || told === null) return <p role="status">{phrases.readingMessage}</p>;
  if (told.answer === null) return <p>{phrases.foreignMessage}</p>;
  const { call, added, chosen } = partsOf(told.answer);
  return (
    <div class="columns">
      <TokenTable part="call" caption={phrases.callTokens(call.length)} tokens={call} />
      <TokenTable part="added" caption={phrases.addedTokens(added.length)} tokens={added} />
      {chosen.length > 0 && (
        <TokenTable part="chosen" caption={phrases.chosenTokens(chosen.length)} tokens={chosen} />
      )}
      <p class="quiet whole-row">
        {phrases.addedToPrompt(call.length + added.length)} {phrases.messageProbabilities}
      </p>
    </div>
  );
}

function partsOf({ message, chosen }: NonNullable<StageAnswers['call']>): {
  readonly call: readonly ReadToken[];
  readonly added: readonly ReadToken[];
  readonly chosen: readonly ReadToken[];
} {
  const result = message.findIndex(({ bytes }) => controlName(bytes) === '<|result|>');
  return { call: message.slice(0, result), added: message.slice(result), chosen };
}

interface TokenTableProps {
  readonly part: string;
  readonly caption: string;
  readonly tokens: readonly ReadToken[];
}

function TokenTable({ part, caption, tokens }: TokenTableProps): JSX.Element {
  return (
    <table class="message-tokens" data-part={part}>
      <caption>{caption}</caption>
      <TableHead columns={[[phrases.token], [phrases.id, 'number'], [phrases.probability, 'number']]} />
      <tbody>
        {tokens.map(({ id, bytes, probability }, i) => (
          <tr key={i} data-id={id} data-probability={probability}>
            <td>
              <TokenText bytes={bytes} />
            </td>
            <td class="number">{count(id)}</td>
            <td class="number">{decimal(probability, 6)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
