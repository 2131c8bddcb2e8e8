import { canCall } from '../calling/callForm.ts';
import { callPlace, shortestName, words } from '../calling/callPlace.ts';
import { WorkspaceNames } from '../calling/workspaceNames.ts';
import { askingProbability, consult, leastAsking } from '../prediction/consultation.ts';
import type { AskingModel } from '../prediction/transformerModel.ts';
import { isWordByte } from '../tokenizer/healing.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { ToolName } from '../protocol/calling.ts';
import type { HeldOutText } from './heldOutText.ts';
import { isKeyword } from './identifiers.ts';

/** What asking does for names where a text uses them for the first time: shares of 1, each of all places of the group. */
export interface CallScores {
  readonly places: number;
  /** the name is what the model writes without asking */
  readonly without: number;
  /** where it asks, what it chooses of the answer if that is likelier than what it writes; elsewhere what it writes */
  readonly withCalls: number;
  /** where it asks */
  readonly asked: number;
  /** where it asks and is told the name, beside others */
  readonly told: number;
  /** if it were told everywhere, and chose among what is told without reading it */
  readonly limited: number;
  /** if it were told everywhere, and chose what it reads in the message */
  readonly read: number;
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

/** Who is asked. */
export interface Application {
  /** Names that can stand behind the text before a place, the likelier first. @param path of the text */
  names(path: string, before: string, tool: ToolName): readonly string[];
}

/** Stands in for an editor, from the texts of the workspace alone. */
export function applicationOf(
  texts: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Application {
  const known = new WorkspaceNames();
  const decoder = new TextDecoder();
  for (const { path, bytes } of texts) known.add(path, decoder.decode(bytes));
  return {
    names: (path, before, tool) => {
      const writer = known.writer(path);
      for (const [word] of before.matchAll(words)) writer.write(word);
      return writer.answer(tool, '');
    },
  };
}

export interface CallTask {
  readonly tokenizer: Tokenizer;
  readonly texts: readonly HeldOutText[];
  readonly application: Application;
  /** whether a training text has this name */
  readonly isSeen: (name: string) => boolean;
}

/** Looked at; spread evenly over all. */
const mostPlaces = 600;

/** Every first use of a name in held-out texts, as far as there is time: what the model writes there, and what when it may ask. */
export async function scoreCalls(
  model: AskingModel,
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

type Fact = Exclude<keyof CallScores, 'places'>;

class Tally {
  #places = 0;
  readonly #counts: Record<Fact, number> = {
    without: 0,
    withCalls: 0,
    asked: 0,
    told: 0,
    limited: 0,
    read: 0,
  };

  add(facts: Readonly<Record<Fact, boolean>>): void {
    this.#places++;
    for (const fact of Object.keys(facts) as Fact[]) this.#counts[fact] += Number(facts[fact]);
  }

  get scores(): CallScores {
    const share = (fact: Fact): number => (this.#places === 0 ? 0 : this.#counts[fact] / this.#places);
    return {
      places: this.#places,
      without: share('without'),
      withCalls: share('withCalls'),
      asked: share('asked'),
      told: share('told'),
      limited: share('limited'),
      read: share('read'),
    };
  }
}

class CallScorer {
  readonly #model: AskingModel;
  readonly #task: CallTask;
  readonly #places: ReadonlyMap<HeldOutText, readonly NamePlace[]>;
  readonly #all = new Tally();
  readonly #elsewhere = new Tally();
  readonly #unseen = new Tally();
  readonly #every: Readonly<Record<'first' | 'again', number>>;
  readonly #found = { first: 0, again: 0 };
  readonly #again = { places: 0, asked: 0 };

  constructor(model: AskingModel, task: CallTask) {
    this.#model = model;
    this.#task = task;
    this.#places = new Map(task.texts.map((text) => [text, placesOf(text)]));
    const uses = [...this.#places.values()].flatMap((places) => places.map(({ use }) => use));
    const every = (wanted: Use): number =>
      Math.max(1, Math.ceil(uses.filter((use) => use === wanted).length / mostPlaces));
    this.#every = { first: every('first'), again: every('again') };
  }

  get report(): CallReport {
    const { places, asked } = this.#again;
    const needless = places === 0 ? 0 : asked / places;
    return {
      all: this.#all.scores,
      elsewhere: this.#elsewhere.scores,
      unseen: this.#unseen.scores,
      needless,
    };
  }

  text(text: HeldOutText): void {
    const model = this.#model;
    const places = this.#places.get(text)!;
    model.begin();
    let next = 0;
    for (let i = 0; i < text.ids.length; i++) {
      const place = places[next];
      if (place?.token === i) {
        next++;
        if (text.counts[i] === 1 && this.#found[place.use]++ % this.#every[place.use] === 0) {
          if (place.use === 'first') this.#place(place, text.path);
          else this.#repeat();
        }
      }
      model.learn(text.ids[i]!);
    }
  }

  #place(place: NamePlace, path: string): void {
    const { tokenizer } = this.#task;
    const { name, call } = place;
    const model = this.#model;
    const written = this.#written(place);
    const asks = askingProbability(model);
    const offered = this.#task.application.names(path, place.before, call.tool);
    const { shown, chosen: choices } = consult(model, tokenizer, place, offered, 1, () => model.rewind());
    const [chosen] = choices;
    const isTold = offered.includes(name);
    const without = written.name === name;
    const isAsked = asks >= leastAsking;
    // Whichever is likelier is shown, as suggestions are.
    const isChosen = chosen !== undefined && asks * chosen.probability > written.probability;
    const facts: Readonly<Record<Fact, boolean>> = {
      without,
      withCalls: isAsked && isChosen ? chosen.name === name : without,
      asked: isAsked,
      told: isAsked && isTold,
      limited: (shown[0]?.name ?? written.name) === name,
      read: (chosen?.name ?? written.name) === name,
    };
    this.#all.add(facts);
    if (isTold) this.#elsewhere.add(facts);
    if (isTold && !this.#task.isSeen(name)) this.#unseen.add(facts);
  }

  #repeat(): void {
    this.#again.places++;
    this.#again.asked += Number(askingProbability(this.#model) >= leastAsking);
  }

  /** The word that the model writes, its likeliest token each time, and how likely these are. */
  #written({ name, lead }: NamePlace): { readonly name: string; readonly probability: number } {
    const { tokenizer } = this.#task;
    const bytes: number[] = [];
    const most = lead.length + 2 * name.length + 8;
    let product = 1;
    while (bytes.length < most) {
      const { ids, probabilities } = this.#model.top(1);
      const token = tokenizer.tokenBytes(ids[0]!);
      const isWithin = token.length > 0 && (bytes.length <= lead.length || token.every(isWordByte));
      if (!isWithin) break;
      bytes.push(...token);
      product *= probabilities[0]!;
      this.#model.suppose(ids[0]!);
    }
    this.#model.rewind();
    const text = new TextDecoder().decode(Uint8Array.from(bytes));
    return { name: text.slice(lead.length), probability: product };
  }
}

type Use = 'first' | 'again';

interface NamePlace extends Pick<NonNullable<ReturnType<typeof callPlace>>, 'call' | 'lead'> {
  readonly name: string;
  readonly use: Use;
  /** index of its first token */
  readonly token: number;
  /** the text before it */
  readonly before: string;
}

/** Where the text uses a name, and a token begins with it. */
function placesOf({ bytes, starts, ids }: HeldOutText): NamePlace[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text.includes('\ufffd')) return [];
  const encoder = new TextEncoder();
  const used = new Set<string>();
  const places: NamePlace[] = [];
  let token = 0;
  let byte = 0;
  let character = 0;
  for (const { 0: name, index } of text.matchAll(words)) {
    if (name.length >= shortestName && !isKeyword(name)) {
      const place = callPlace(text.slice(0, index));
      byte += encoder.encode(text.slice(character, index)).length;
      character = index;
      const start = byte - (place?.lead.length ?? 0);
      while (token < ids.length && starts[token]! < start) token++;
      if (place?.word === '' && starts[token] === start) {
        const use = used.has(name) ? 'again' : 'first';
        const before = text.slice(0, index);
        places.push({ name, use, token, before, call: place.call, lead: place.lead });
      }
    }
    used.add(name);
  }
  return places;
}
