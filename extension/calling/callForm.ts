import type { Call } from '../protocol/calling.ts';
import { controlNames, type Tokenizer } from '../tokenizer/tokenizer.ts';

/** Names that a message shows, at most: each is some tokens that a transformer has to read. */
export const mostNamed = 8;
const longestArgument = 32;

/** Whether a model over this tokenizer can ask at all. */
export function canCall({ controls }: Tokenizer): boolean {
  return controls.length === controlNames.length;
}

/**
 * The whole message: `<|call|>tool argument<|result|>name,name<|end|>`.
 * @param lead what stands before the name in its token: a space, or nothing
 */
export function callMessage(
  tokenizer: Tokenizer,
  { tool, argument }: Call,
  names: readonly string[],
  lead: '' | ' ',
): number[] {
  const control = (name: (typeof controlNames)[number]): number =>
    tokenizer.endOfText + controlNames.indexOf(name);
  const asked = argument === '' ? tool : `${tool} ${argument.slice(-longestArgument)}`;
  const comma = encode(tokenizer, ',');
  // Each in the tokens that it has where it is used, so that the answer is there to be repeated.
  const shown = names.flatMap((name, i) => [...(i === 0 ? [] : comma), ...encode(tokenizer, lead + name)]);
  return [
    control('<|call|>'),
    ...encode(tokenizer, asked),
    control('<|result|>'),
    ...shown,
    control('<|end|>'),
  ];
}

/** A message as a person reads it. */
export function callText(tokenizer: Tokenizer, ids: readonly number[]): string {
  const decoder = new TextDecoder();
  return ids
    .map((id) => tokenizer.controls[id - tokenizer.endOfText] ?? decoder.decode(tokenizer.tokenBytes(id)))
    .join('');
}

function encode(tokenizer: Tokenizer, text: string): number[] {
  return [...tokenizer.encode(new TextEncoder().encode(text))];
}
