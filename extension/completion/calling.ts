import { callText, canCall } from '../calling/callForm.ts';
import { type CallPlace, callPlace, goesOnWith } from '../calling/callPlace.ts';
import type { SequenceModel } from '../counts/sequenceModel.ts';
import { askingProbability, consult, leastAsking } from '../prediction/consultation.ts';
import type { ChosenName } from '../prediction/offeredNames.ts';
import { type AskingModel, isAsking } from '../prediction/transformerModel.ts';
import type { AskedCall, CallMessage } from '../protocol/calling.ts';
import type { ScoredToken } from '../protocol/prediction.ts';
import { latin1 } from '../tokenizer/latin1.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What texts begin with once there is an answer. */
interface Answered {
  readonly beginnings: readonly (readonly ScoredToken[])[];
  readonly message: CallMessage;
}

/**
 * A place where the model may ask the application for a name, and choose among what is returned. The place is where the name's first token
 * begins, which may be behind the one where the completion begins: what lies between is typed and stays.
 */
export class CallSite {
  readonly #model: AskingModel;
  readonly #tokenizer: Tokenizer;
  readonly #place: CallPlace;
  /** tokens of what is typed before the name */
  readonly #between: readonly number[];

  /** @returns null where no name can begin, or nobody can ask */
  static at(model: SequenceModel, tokenizer: Tokenizer, prefix: string, typed: Uint8Array): CallSite | null {
    if (!isAsking(model) || !canCall(tokenizer)) return null;
    const place = callPlace(prefix);
    if (place === null) return null;
    const begun = new TextEncoder().encode(place.lead + place.word);
    const gap = typed.length - begun.length;
    if (!begun.every((byte, i) => typed[gap + i] === byte)) return null;
    return new CallSite(model, tokenizer, place, typed.subarray(0, gap));
  }

  private constructor(model: AskingModel, tokenizer: Tokenizer, place: CallPlace, between: Uint8Array) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#place = place;
    this.#between = [...tokenizer.encode(between)];
  }

  /** @returns null where it does not */
  asks(): AskedCall | null {
    this.#restart();
    const probability = askingProbability(this.#model);
    this.#model.rewind();
    const { call, word } = this.#place;
    return probability < leastAsking ? null : { ...call, word, probability };
  }

  /**
   * @param returned by the application, its likeliest first
   * @param cancelled polled between predictions
   * @returns null where none of it fits what is typed
   */
  answered(returned: readonly string[], count: number, cancelled: () => boolean): Answered | null {
    const { call, word, lead } = this.#place;
    const fitting = returned.filter((name) => goesOnWith(name, word));
    if (fitting.length === 0) return null;
    this.#restart();
    const asked = askingProbability(this.#model);
    const before = this.#model.context;
    const restart = (): void => this.#restart();
    const place = { call, lead };
    const { message, chosen } = consult(
      this.#model,
      this.#tokenizer,
      place,
      fitting,
      count,
      restart,
      cancelled,
    );
    if (chosen.length === 0) return null;
    return {
      beginnings: chosen.map((name) => this.#beginning(name, asked)),
      message: {
        ...call,
        probability: asked,
        returned: fitting.length,
        text: callText(this.#tokenizer, message),
        ids: message,
        before,
        chosen: chosen.map(({ name, ids, probability }) => ({ name, ids, probability })),
      },
    };
  }

  #restart(): void {
    this.#model.rewind();
    for (const id of this.#between) this.#model.suppose(id);
  }

  /** @param asked the name is among those that were returned only where it is from elsewhere at all */
  #beginning({ ids, probabilities }: ChosenName, asked: number): ScoredToken[] {
    const scored = (id: number, probability: number): ScoredToken => ({
      id,
      bytes: latin1(this.#tokenizer.tokenBytes(id)),
      logit: Math.log(probability),
      probability,
    });
    return [
      ...this.#between.map((id) => scored(id, 1)),
      ...ids.map((id, i) => scored(id, (i === 0 ? asked : 1) * probabilities[i]!)),
    ];
  }
}
