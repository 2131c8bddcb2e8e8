import type { BenchSample, BenchSubject } from './benchSubject.ts';
import { type ContestCommand, Contestant } from './contestant.ts';
import type { TrialFacts } from './trials.ts';

/** One measurement: what is tried, and how often. */
export interface Heat {
  readonly subject: BenchSubject;
  readonly warmUps: number;
  readonly tries: number;
}

/** Somebody else's program for the same work. */
export interface Rival {
  readonly name: string;
  readonly command: ContestCommand;
  /** what its process is asked to open */
  readonly subject: object;
}

/** A rival that can't be had here. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}

export interface RivalFacts {
  readonly version: string;
}

/** Samples of all tries, the warm-ups first. */
interface Run<Facts> {
  readonly facts: Facts;
  readonly samples: readonly BenchSample[];
  readonly rssMb: number;
}

export interface HeatResult extends Run<TrialFacts> {
  readonly rivals: readonly (({ readonly name: string } & Run<RivalFacts>) | Absent)[];
}

/**
 * Everybody in a process of their own, one try each in turn: what slows the machine down for a while slows down all of them.
 * A rival that fails is reported with its reason; if ours fails, so does the heat.
 * @param signal aborting ends all processes and rejects with its reason
 */
export async function runHeat(
  ours: ContestCommand,
  heat: Heat,
  rivals: readonly (Rival | Absent)[],
  signal: AbortSignal,
): Promise<HeatResult> {
  // Whoever was asked to end while nobody listened is not asked twice.
  signal.throwIfAborted();
  const us = new Entry<TrialFacts>(ours);
  const them = rivals
    .filter((rival) => 'command' in rival)
    .map((rival) => ({ rival, entry: new Entry<RivalFacts>(rival.command) }));
  const everybody = [us, ...them.map(({ entry }) => entry)];
  const end = (): void => everybody.forEach((entry) => entry.dispose());
  signal.addEventListener('abort', end);
  try {
    await us.open(heat.subject);
    for (const { rival, entry } of them) await entry.open(rival.subject).catch(entry.giveUp);
    for (let round = 0; round < heat.warmUps + heat.tries; round++) {
      await us.try();
      for (const { entry } of them) await entry.try().catch(entry.giveUp);
    }
    const own = await us.finish();
    const results: HeatResult['rivals'][number][] = rivals.filter((rival) => 'reason' in rival);
    for (const { rival, entry } of them) {
      await entry.finish().catch(entry.giveUp);
      results.push({ name: rival.name, ...entry.outcome });
    }
    return { ...own, rivals: results };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** One process in a heat, until it gives up. */
class Entry<Facts extends object> {
  readonly #contestant: Contestant<object, Facts, BenchSample>;
  readonly #samples: BenchSample[] = [];
  #facts: Facts | null = null;
  #rssMb = 0;
  #reason: string | null = null;

  constructor(command: ContestCommand) {
    this.#contestant = new Contestant(command);
  }

  async open(subject: object): Promise<void> {
    this.#facts = await this.#contestant.open(subject);
  }

  async try(): Promise<void> {
    if (this.#reason === null) this.#samples.push(await this.#contestant.try());
  }

  async finish(): Promise<Run<Facts>> {
    if (this.#reason === null) this.#rssMb = await this.#contestant.close();
    return { facts: this.#facts!, samples: this.#samples, rssMb: this.#rssMb };
  }

  readonly giveUp = (error: unknown): void => {
    this.#reason = error instanceof Error ? error.message : String(error);
    this.dispose();
  };

  get outcome(): Run<Facts> | { readonly reason: string } {
    if (this.#reason !== null) return { reason: this.#reason };
    return { facts: this.#facts!, samples: this.#samples, rssMb: this.#rssMb };
  }

  dispose(): void {
    this.#contestant.dispose();
  }
}
