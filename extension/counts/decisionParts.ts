import type { PartsOfDecision, Pushes } from '../protocol/parts.ts';
import { chains, contexts } from './contexts.ts';
import {
  bucketCount,
  chainInput,
  constantInput,
  type CountsPlan,
  frameBytes,
  inputCount,
  outsideInput,
  sourceCount,
} from './plan.ts';

/** Where things lie in a frame: assembly/counts/decision.ts. */
const at = {
  side: 4,
  mixed: 8,
  probability: 12,
  finalStretch: 16,
  finalRow0: 20,
  finalRow1: 24,
  inputs: 64 + 4 * sourceCount + 8,
  evidence: 1024,
} as const;
const rowsAt = at.inputs + 4 * inputCount;
const setCount = 6;
const lowestOfChain = 0.0005;

/** What one part of the counts says alone, of one decision. */
interface Alone {
  readonly project: number;
  readonly file: number;
  readonly outside: number;
}

/** How the decisions of the token that was scored last came about, read from where the kernels left them. */
export class DecisionParts {
  readonly #view: DataView;
  readonly #plan: CountsPlan;

  constructor(memory: WebAssembly.Memory, plan: CountsPlan) {
    this.#view = new DataView(memory.buffer);
    this.#plan = plan;
  }

  /** @param depth number of the decision on the token's path */
  decision(depth: number): PartsOfDecision {
    const frame = this.#frame(depth);
    const pushes = this.#pushes(frame);
    return {
      pushes,
      stretched: this.#float(frame + at.finalStretch),
      mixed: this.#float(frame + at.mixed),
      adjusted: this.#float(frame + at.probability),
      side: this.#view.getInt32(frame + at.side, true) === 1 ? 1 : 0,
    };
  }

  /** P(the side that the token is on) by one part alone: the chain of all orders over its counts, or what the outside model says. */
  alone(depth: number): Alone {
    const frame = this.#frame(depth);
    const side = this.#view.getInt32(frame + at.side, true);
    const of = (p: number): number => (side === 1 ? p : 1 - p);
    const [orders] = chains;
    const chain = (sources: readonly number[]): number => of(this.#chain(frame, sources));
    return {
      project: chain(orders!.filter((source) => source < contexts.length)),
      file: chain(orders!.filter((source) => source >= contexts.length)),
      outside: of(squash(this.#float(frame + at.inputs + 4 * outsideInput))),
    };
  }

  /** The chain of all orders, over some of its sources. */
  #chain(frame: number, sources: readonly number[]): number {
    let p = 0.5;
    for (const source of sources) {
      const evidence = frame + at.evidence + 8 * source;
      const bucket = this.#view.getInt32(evidence + 4, true);
      if (bucket < 0) continue;
      const share = this.#float(this.#plan.at.shares + 4 * (source * bucketCount + bucket));
      p += share * (this.#float(evidence) - p);
    }
    return Math.max(lowestOfChain, Math.min(1 - lowestOfChain, p));
  }

  /**
   * The mixers are linear in the stretched inputs: set s gives Σ w_si · x_i, the final ones the mean of two sums over the sets. So each
   * input has one weight in the end, and the pushes add up; only where a sum is clamped something is taken away.
   */
  #pushes(frame: number): Pushes {
    const inputs = Float64Array.from({ length: inputCount }, (_, i) =>
      this.#float(frame + at.inputs + 4 * i),
    );
    const final = (column: number): number =>
      0.5 *
      (this.#float(this.#row(frame + at.finalRow0) + 4 * column) +
        this.#float(this.#row(frame + at.finalRow1) + 4 * column));
    const weights = new Float64Array(inputCount);
    for (let set = 0; set < setCount; set++) {
      const row = this.#row(frame + rowsAt + 4 * set);
      const share = final(set);
      for (let i = 0; i < inputCount; i++) weights[i]! += share * this.#float(row + 4 * i);
    }
    weights[outsideInput]! += final(setCount);
    weights[chainInput]! += final(setCount + 1);
    const between = (from: number, to: number): number => {
      let sum = 0;
      for (let i = from; i < to; i++) sum += weights[i]! * inputs[i]!;
      return sum;
    };
    const pushes = {
      project: between(0, contexts.length),
      file: between(contexts.length, sourceCount),
      transformer: between(outsideInput, chainInput),
      backOff: between(chainInput, constantInput),
      constant: between(constantInput, inputCount),
    };
    const sum = Object.values(pushes).reduce((total, push) => total + push, 0);
    return { ...pushes, limits: this.#float(frame + at.finalStretch) - sum };
  }

  #frame(depth: number): number {
    return this.#plan.at.frames + depth * frameBytes;
  }

  #row(address: number): number {
    return this.#view.getUint32(address, true);
  }

  #float(address: number): number {
    return this.#view.getFloat32(address, true);
  }
}

function squash(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
