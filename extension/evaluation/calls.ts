import { callMessage, canCall, mostNamed } from '../calling/callForm.ts';
import { callPlace } from '../calling/callPlace.ts';
import { callShare } from '../calling/textWithCalls.ts';
import { WorkspaceNames, type Writer } from '../calling/workspaceNames.ts';
import type { SequenceModel } from '../counts/sequenceModel.ts';
import { chooseNames } from '../prediction/offeredNames.ts';
import type { AskingModel } from '../prediction/transformerModel.ts';
import { isWordByte } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { HeldOutText } from './heldOutText.ts';
import { isKeyword } from './identifiers.ts';

/** What asking does for names where a text uses them for the first time: shares of 1, each of all places of the group. */
export interface CallScores {
  readonly places: number;
  /** the name is what the model writes without asking */
  readonly without: number;
  /** with what it is told where it asks, and without elsewhere */
  readonly withCalls: number;
  /** where it asks */
  readonly asked: number;
  /** where it asks and is told the name, beside others */
  readonly told: number;
  /** if it asked everywhere */
  readonly always: number;
  /** the same, but chosen by what is allowed alone, without reading the answer */
  readonly unread: number;
  /** where the name is among those that the message shows */
  readonly shown: number;
}

export interface CallReport {
  readonly all: CallScores;
  /** of names that the application can tell */
  readonly elsewhere: CallScores;
  /** of those among them that no training text has */
  readonly unseen: CallScores;
  /** where the model asks for a name that the text has already, of all such places that were looked at */
  readonly needless: number;
}

export interface CallTask {
  readonly tokenizer: Tokenizer;
  readonly texts: readonly HeldOutText[];
  /** what the application knows: all texts of the workspace */
  readonly known: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** whether a training text has this name */
  readonly isSeen: (name: string) => boolean;
}

/** Looked at; spread evenly over all. */
const mostPlaces = 600;
const shortestName = 3;
const words = /(?<![\p{N}$#@])[\p{L}_][\p{L}\p{M}\p{N}_]*/gu;
/** A model that learnt with messages before a share of such places is sure of one from half of that on. */
const leastAsking = callShare / 2;

/** Every first use of a name in held-out texts, as far as there is time: what the model writes there, and what when it may ask. */
export async function scoreCalls(
  model: SequenceModel & AskingModel,
  task: CallTask,
  breathe: (done: number, all: number) => Promise<void>,
): Promise<CallReport | null> {
  if (!canCall(task.tokenizer)) return null;
  const scorer = new CallScorer(model, task);
  let done = 0;
  for (const text of task.texts) {
    await breathe(done++, task.texts.length);
    scorer.text(text);
  }
  return scorer.report;
}

interface Tally {
  places: number;
  without: number;
  withCalls: number;
  asked: number;
  told: number;
  always: number;
  unread: number;
  shown: number;
}

const newTally = (): Tally => ({
  places: 0,
  without: 0,
  withCalls: 0,
  asked: 0,
  told: 0,
  always: 0,
  unread: 0,
  shown: 0,
});

class CallScorer {
  readonly #model: SequenceModel & AskingModel;
  readonly #task: CallTask;
  readonly #names = new WorkspaceNames();
  readonly #all = newTally();
  readonly #elsewhere = newTally();
  readonly #unseen = newTally();
  readonly #every: Readonly<Record<'first' | 'again', number>>;
  readonly #found = { first: 0, again: 0 };
  readonly #again = { places: 0, asked: 0 };

  constructor(model: SequenceModel & AskingModel, task: CallTask) {
    this.#model = model;
    this.#task = task;
    const decoder = new TextDecoder();
    for (const { path, bytes } of task.known) this.#names.add(path, decoder.decode(bytes));
    const uses = task.texts.flatMap((text) => placesOf(text).map(({ use }) => use));
    const every = (wanted: Use): number =>
      Math.max(1, Math.ceil(uses.filter((use) => use === wanted).length / mostPlaces));
    this.#every = { first: every('first'), again: every('again') };
  }

  get report(): CallReport {
    const { places, asked } = this.#again;
    const needless = places === 0 ? 0 : asked / places;
    return {
      all: shares(this.#all),
      elsewhere: shares(this.#elsewhere),
      unseen: shares(this.#unseen),
      needless,
    };
  }

  text(text: HeldOutText): void {
    const model = this.#model;
    const writer = this.#names.writer(text.path);
    const places = placesOf(text);
    model.begin();
    let next = 0;
    for (let i = 0; i < text.ids.length; i++) {
      const place = places[next];
      if (place?.token === i) {
        next++;
        for (const word of place.before) writer.write(word);
        if (text.counts[i] === 1 && this.#found[place.use]++ % this.#every[place.use] === 0) {
          if (place.use === 'first') this.#place(place, writer);
          else this.#repeat();
        }
      }
      model.learn(text.ids[i]!);
    }
  }

  #place(place: NamePlace, writer: Writer): void {
    const { tokenizer } = this.#task;
    const model = this.#model;
    const without = this.#written(place) === place.name;
    const asks = model.asks >= leastAsking;
    const offered = writer.answer(place.call.tool, '');
    const rewind = (): void => model.rewind();
    const unread = chooseNames(model, tokenizer, offered, place.lead, mostNamed, rewind);
    model.rewind();
    const named = unread.map(({ name }) => name);
    const message = callMessage(tokenizer, place.call, named.toSorted(), place.lead);
    const consult = (): void => {
      model.rewind();
      model.consult(message);
    };
    const [chosen] = chooseNames(model, tokenizer, named, place.lead, 1, consult);
    model.rewind();
    const always = chosen === undefined ? without : chosen.name === place.name;
    const isTold = offered.includes(place.name);
    const isUnseen = isTold && !this.#task.isSeen(place.name);
    for (const tally of [
      this.#all,
      ...(isTold ? [this.#elsewhere] : []),
      ...(isUnseen ? [this.#unseen] : []),
    ]) {
      tally.places++;
      tally.without += Number(without);
      tally.asked += Number(asks);
      tally.told += Number(asks && isTold);
      tally.withCalls += Number(asks ? always : without);
      tally.always += Number(always);
      tally.shown += Number(named.includes(place.name));
      tally.unread += Number(unread[0] === undefined ? without : unread[0].name === place.name);
    }
  }

  #repeat(): void {
    this.#again.places++;
    this.#again.asked += Number(this.#model.asks >= leastAsking);
  }

  /** The word that the model writes, its likeliest token each time. */
  #written({ name, lead }: NamePlace): string {
    const { tokenizer } = this.#task;
    const bytes: number[] = [];
    const most = lead.length + 2 * name.length + 8;
    while (bytes.length < most) {
      const id = this.#model.top(1).ids[0]!;
      const token = [...tokenizer.tokenBytes(id)];
      if (bytes.length > lead.length ? !token.every(isWordByte) || token.length === 0 : token.length === 0)
        break;
      bytes.push(...token);
      this.#model.suppose(id);
    }
    this.#model.rewind();
    return new TextDecoder().decode(Uint8Array.from(bytes)).slice(lead.length);
  }
}

function shares({ places, ...counts }: Tally): CallScores {
  const of = (count: number): number => (places === 0 ? 0 : count / places);
  return {
    places,
    without: of(counts.without),
    withCalls: of(counts.withCalls),
    asked: of(counts.asked),
    told: of(counts.told),
    always: of(counts.always),
    unread: of(counts.unread),
    shown: of(counts.shown),
  };
}

type Use = 'first' | 'again';

interface NamePlace extends Pick<NonNullable<ReturnType<typeof callPlace>>, 'call' | 'lead'> {
  readonly name: string;
  readonly use: Use;
  /** index of its first token */
  readonly token: number;
  /** words of the text since the place before */
  readonly before: readonly string[];
}

/** Where the text uses a name, and a token begins with it. */
function placesOf({ bytes, starts, ids }: HeldOutText): NamePlace[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text.includes('\ufffd')) return [];
  const encoder = new TextEncoder();
  const used = new Set<string>();
  const places: NamePlace[] = [];
  let before: string[] = [];
  let token = 0;
  let byte = 0;
  let character = 0;
  for (const { 0: name, index } of text.matchAll(words)) {
    if (name.length >= shortestName && !isKeyword(name)) {
      const place = callPlace(text.slice(Math.max(0, index - 256), index));
      byte += encoder.encode(text.slice(character, index)).length;
      character = index;
      const start = byte - (place?.lead.length ?? 0);
      while (token < ids.length && starts[token]! < start) token++;
      if (place?.word === '' && starts[token] === start) {
        const use = used.has(name) ? 'again' : 'first';
        places.push({ name, use, token, before, call: place.call, lead: place.lead });
        before = [];
      }
    }
    used.add(name);
    before.push(name);
  }
  return places;
}
