import { callMessage, mostNamed } from '../calling/callForm.ts';
import type { CallPlace } from '../calling/callPlace.ts';
import { callShare } from '../calling/textWithCalls.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type ChosenName, chooseNames } from './offeredNames.ts';
import type { AskingModel } from './transformerModel.ts';

/** From here on a place is one where the model asks: a name from elsewhere comes, more likely than not. */
export const leastAsking = 0.5;

/** That a name from elsewhere stands where the model is: it learnt with a message before a share of such. */
export function askingProbability({ asks }: AskingModel): number {
  return Math.min(1, asks / callShare);
}

interface Consultation {
  /** the likeliest of the names that are offered, most likely first: what the message shows */
  readonly shown: readonly ChosenName[];
  readonly message: readonly number[];
  /** of those shown, when the model has read the message */
  readonly chosen: readonly ChosenName[];
}

/**
 * A call answered: the likeliest names that were returned become a message, and the model chooses among them behind it.
 * @param count of the names that are chosen, at most
 * @param restart takes the model to the place, where nothing is supposed behind it
 * @param cancelled polled between predictions; what is found by then is the answer
 */
export function consult(
  model: AskingModel,
  tokenizer: Tokenizer,
  { call, lead }: Pick<CallPlace, 'call' | 'lead'>,
  offered: readonly string[],
  count: number,
  restart: () => void,
  cancelled: () => boolean = () => false,
): Consultation {
  const shown = chooseNames(model, tokenizer, offered, lead, mostNamed, restart, cancelled);
  // In an order that says nothing of which is the likeliest.
  const named = shown.map(({ name }) => name).sort();
  const message = callMessage(tokenizer, call, named, lead);
  const behindMessage = (): void => {
    restart();
    model.consult(message);
  };
  const chosen = chooseNames(model, tokenizer, named, lead, count, behindMessage, cancelled);
  model.rewind();
  return { shown, message, chosen };
}
