import { unhurried } from '../../extension/cli/modelCommands.ts';
import { PredictorClient } from '../../extension/completion/client.ts';
import { followDelayMs } from '../../extension/host/inspectorPace.ts';
import type { InspectedText } from '../../extension/host/inspectedText.ts';
import type { Platform } from '../../extension/platform/platform.ts';
import type { CorpusRequest, TrainingEvent, TrainingRequest } from '../../extension/protocol/training.ts';
import { TrainingClient, type TrainingRun } from '../../extension/training/client.ts';
import type { OpenInspector } from '../webview/editorStandIn.ts';
import { type PairedRatio, pairedRatio } from './pairedRatio.ts';
import { type Spread, spread } from './spread.ts';

/** One round with the Inspector open, or closed. */
interface Round {
  /** of every completion that was waited for */
  readonly completionMs: readonly number[];
  readonly tokensPerSecond: number;
}

/** All rounds of a kind. */
interface Rounds {
  readonly completionMs: Spread;
  /** a training's, round by round */
  readonly tokensPerSecond: readonly number[];
}

/** What whoever types and trains notices of the Inspector: rounds with it and without it, in turn. */
export interface InspectorCost {
  readonly secondsARound: number;
  readonly open: Rounds;
  readonly closed: Rounds;
  /** of the 95th percentiles of all rounds; above 1: completions are slower while it is open */
  readonly completion: PairedRatio;
  /** below 1: training is slower while it is open */
  readonly training: PairedRatio;
}

export interface CostOptions {
  readonly checkpoint: string;
  readonly reproducible: boolean;
  readonly rounds: number;
  readonly secondsARound: number;
  readonly training: TrainingRequest<CorpusRequest>;
  /** where somebody writes, one place after the other */
  readonly places: readonly InspectedText[];
  open(): Promise<OpenInspector>;
  /** ends its engine, too */
  close(inspector: OpenInspector): Promise<void>;
}

/** Keys follow each other so soon, after a word somebody thinks, and after some words they look at what is there. */
const [keyMs, thinkMs, lookMs, wordKeys, lookKeys] = [90, 500, 2_000, 6, 36];

/** @throws {NihiloError} as PredictorClient.load and TrainingClient.start do */
export async function measureInspectorCost(platform: Platform, options: CostOptions): Promise<InspectorCost> {
  const predictor = new PredictorClient(platform);
  const trainer = new TrainingClient(platform);
  try {
    await predictor.load(options.checkpoint, options.reproducible);
    const pace = new Pace(trainer.start(options.training));
    await pace.first;
    const open: Round[] = [];
    const closed: Round[] = [];
    // The first answers find code that is not optimised yet.
    await round(predictor, pace, options, null);
    for (let i = 0; i < options.rounds; i++) {
      const withIt = async (): Promise<void> => {
        const inspector = await options.open();
        pace.showIn(inspector);
        for (const part of ['.prediction[aria-busy="false"]', '.chart canvas'])
          await inspector.page.waitForSelector(part);
        open.push(await round(predictor, pace, options, inspector));
        pace.showIn(null);
        await options.close(inspector);
      };
      const without = async (): Promise<void> =>
        void closed.push(await round(predictor, pace, options, null));
      // Whoever comes first in a pair comes second in the next.
      const inTurn = i % 2 === 0 ? [withIt, without] : [without, withIt];
      for (const half of inTurn) await half();
    }
    const { secondsARound } = options;
    return {
      secondsARound,
      open: together(open),
      closed: together(closed),
      completion: pairedRatio(open, closed, (rounds) => together(rounds).completionMs.p95),
      training: pairedRatio(open, closed, (rounds) =>
        rounds.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0),
      ),
    };
  } finally {
    await trainer.dispose();
    await predictor.unload();
  }
}

/** How many tokens a training has read by now; a step is told when it is over. */
class Pace {
  #tokens = 0;
  #at = 0;
  readonly first: Promise<void>;

  /** as the host's history hears them from the first on */
  readonly #events: TrainingEvent[] = [];
  #shownIn: OpenInspector | null = null;
  /** somebody's cursor has not come to rest */
  isWriting = false;

  constructor(run: TrainingRun) {
    this.first = new Promise((resolve, reject) => {
      run.result.catch(reject);
      run.onEvent((event) => {
        this.#events.push(event);
        this.#shownIn?.history.record(event);
        this.#shownIn?.conversation.trainingChanged(this.isWriting);
        if (event.type !== 'progress') return;
        this.#tokens = event.progress.tokens;
        this.#at = performance.now();
        resolve();
      });
    });
  }

  /** Its curves are drawn there from now on; null: nowhere. */
  showIn(inspector: OpenInspector | null): void {
    this.#shownIn = inspector;
    for (const event of this.#events) inspector?.history.record(event);
    inspector?.conversation.trainingChanged();
  }

  /** at the end of the last step */
  get mark(): { readonly tokens: number; readonly at: number } {
    return { tokens: this.#tokens, at: this.#at };
  }
}

async function round(
  predictor: PredictorClient,
  pace: Pace,
  { secondsARound, places }: CostOptions,
  inspector: OpenInspector | null,
): Promise<Round> {
  const begin = pace.mark;
  const start = performance.now();
  const times: number[] = [];
  let follow: ReturnType<typeof setTimeout> | undefined;
  for (let i = 0; performance.now() - start < 1_000 * secondsARound; i++) {
    const place = places[i % places.length]!;
    const pauseMs = i % lookKeys === 0 ? lookMs : i % wordKeys === 0 ? thinkMs : keyMs;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    clearTimeout(follow);
    pace.isWriting = true;
    follow = setTimeout(() => {
      pace.isWriting = false;
      inspector?.conversation.follow(place);
    }, followDelayMs(true));
    const asked = performance.now();
    await predictor.complete(place.prefix, unhurried(0), new AbortController().signal);
    times.push(performance.now() - asked);
  }
  clearTimeout(follow);
  const end = pace.mark;
  return {
    completionMs: times,
    tokensPerSecond: (1_000 * (end.tokens - begin.tokens)) / (end.at - begin.at),
  };
}

function together(rounds: readonly Round[]): Rounds {
  return {
    completionMs: spread(rounds.flatMap(({ completionMs }) => completionMs)),
    tokensPerSecond: rounds.map(({ tokensPerSecond }) => tokensPerSecond),
  };
}
