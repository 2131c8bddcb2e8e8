import { type ErrorCode, NihiloError } from '../protocol/errors.ts';
import { say, type Sentence, type SentenceValue } from '../protocol/sentence.ts';

const advice = say`Choose a folder that Nihilo has trained, or train again.`;

/** A JSON object of a checkpoint, which anyone may have written: a field is checked when it is read. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #file: string;
  readonly #path: string;

  private constructor(fields: Readonly<Record<string, unknown>>, file: string, path: string) {
    this.#fields = fields;
    this.#file = file;
    this.#path = path;
  }

  /** @throws {NihiloError} checkpointTorn, when the text is not JSON; checkpointForeign, when it is not an object */
  static parse(text: string, file: string): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const sentence = say`${file} should hold JSON and does not: ${(error as Error).message}. ${advice}`;
      throw new NihiloError('checkpointTorn', sentence, { cause: error });
    }
    if (!isFields(value)) throw failure('checkpointForeign', file, say`an object`, value);
    return new JsonObject(value, file, '');
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields);
  }

  /** @throws {NihiloError} checkpointForeign, as every reader here, when the field is missing or not what is expected */
  number(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== 'number') throw this.#expected(name, say`a number`);
    return value;
  }

  numberOrNull(name: string): number | null {
    return this.#fields[name] === null ? null : this.number(name);
  }

  isNull(name: string): boolean {
    return this.#fields[name] === null;
  }

  count(name: string): number {
    const value = this.#fields[name];
    if (!isCount(value)) throw this.#expected(name, say`a whole number from 0`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value !== 'boolean') throw this.#expected(name, say`true or false`);
    return value;
  }

  string(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw this.#expected(name, say`a string`);
    return value;
  }

  object(name: string): JsonObject {
    const value = this.#fields[name];
    if (!isFields(value)) throw this.#expected(name, say`an object`);
    return new JsonObject(value, this.#file, `${this.#path}${name}.`);
  }

  objects(name: string): JsonObject[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || !value.every(isFields)) throw this.#expected(name, say`a list of objects`);
    return value.map((fields, i) => new JsonObject(fields, this.#file, `${this.#path}${name}.${i}.`));
  }

  strings(name: string): string[] {
    const value = this.#fields[name];
    const texts = Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : null;
    if (!Array.isArray(value) || texts?.length !== value.length)
      throw this.#expected(name, say`a list of strings`);
    return texts;
  }

  oneOf<Name extends string>(name: string, names: readonly Name[]): Name {
    const found = names.find((candidate) => candidate === this.#fields[name]);
    if (found === undefined) throw this.#expected(name, say`one of ${names.join(', ')}`);
    return found;
  }

  /** Checks that the field is exactly `value`. */
  require(name: string, value: unknown): void {
    if (JSON.stringify(this.#fields[name]) !== JSON.stringify(value)) {
      throw this.#expected(name, JSON.stringify(value));
    }
  }

  #expected(name: string, expected: SentenceValue): NihiloError {
    return failure(
      'checkpointForeign',
      this.#file,
      say`${expected} as ${this.#path + name}`,
      this.#fields[name],
    );
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function failure(code: ErrorCode, file: string, expected: Sentence, got: unknown): NihiloError {
  const shown = JSON.stringify(got)?.slice(0, 120) ?? say`nothing`;
  return new NihiloError(code, say`${file} should hold ${expected} and holds ${shown}. ${advice}`);
}
