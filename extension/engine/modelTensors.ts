import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence } from '../protocol/sentence.ts';
import type { ParameterSpec } from './layout.ts';
import type { Tensor } from './safetensors.ts';

/** What a person can do about a checkpoint of ours that is not as it should be. */
export const trainAgain = say`Choose a folder that Nihilo has trained, or train again.`;

/** The tensors of a file, held to a table of them. */
export class StoredTensors {
  readonly #stored: ReadonlyMap<string, Tensor>;
  readonly #file: string;
  readonly #advice: Sentence;

  /** @param file names it in errors @param advice what to do, as a sentence */
  constructor(stored: ReadonlyMap<string, Tensor>, file: string, advice = trainAgain) {
    this.#stored = stored;
    this.#file = file;
    this.#advice = advice;
  }

  has(name: string): boolean {
    return this.#stored.has(name);
  }

  /** The weights of a table under prefixed names. @throws {NihiloError} checkpointForeign: missing, of another shape, not finite */
  checked(table: readonly ParameterSpec[], prefix = ''): Map<string, Float32Array> {
    return new Map(
      table.map(({ name, shape }) => {
        const tensor = this.#stored.get(prefix + name);
        const expected = say`${this.#file} should hold ${prefix + name} of shape [${shape.join(', ')}]`;
        if (tensor === undefined) throw this.#foreign(say`${expected} and does not hold it`);
        if (tensor.shape.join() !== shape.join())
          throw this.#foreign(say`${expected} and holds [${tensor.shape.join(', ')}]`);
        const at = tensor.data.findIndex((value) => !Number.isFinite(value));
        if (at >= 0)
          throw this.#foreign(say`${expected} in finite numbers and holds ${tensor.data[at]!} at ${at}`);
        return [name, tensor.data];
      }),
    );
  }

  /** @throws {NihiloError} checkpointForeign, when there is a tensor that the table has not */
  refuseOthers(table: readonly ParameterSpec[]): void {
    const names = new Set(table.map(({ name }) => name));
    const unknown = [...this.#stored.keys()].find((name) => !names.has(name));
    if (unknown === undefined) return;
    throw this.#foreign(say`${this.#file} should hold ${names.size} tensors and holds one more, ${unknown}`);
  }

  #foreign(what: Sentence): NihiloError {
    return new NihiloError('checkpointForeign', say`${what}. ${this.#advice}`);
  }
}
