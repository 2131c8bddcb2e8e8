import { NihiloError } from '../protocol/errors.ts';
import { say, type Sentence, type SentenceValue } from '../protocol/sentence.ts';
import { trainAgain } from './modelTensors.ts';

/** A JSON object of a checkpoint, which anyone may have written: a field is checked when it is read. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #file: string;
  readonly #path: string;
  readonly #advice: Sentence;

  private constructor(
    fields: Readonly<Record<string, unknown>>,
    place: { readonly file: string; readonly path: string; readonly advice: Sentence },
  ) {
    this.#fields = fields;
    this.#file = place.file;
    this.#path = place.path;
    this.#advice = place.advice;
  }

  /** @param advice what to do about what is wrong, as a sentence @throws {NihiloError} checkpointTorn, when the text is not JSON; checkpointForeign, when it is not an object */
  static parse(text: string, file: string, advice = trainAgain): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const sentence = say`${file} should hold JSON and does not: ${(error as Error).message}. ${advice}`;
      throw new NihiloError('checkpointTorn', sentence, { cause: error });
    }
    if (!isFields(value)) throw failure(file, say`an object`, value, advice);
    return new JsonObject(value, { file, path: '', advice });
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

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
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
    return this.#inner(value, name);
  }

  objects(name: string): JsonObject[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || !value.every(isFields)) throw this.#expected(name, say`a list of objects`);
    return value.map((fields, i) => this.#inner(fields, `${name}.${i}`));
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
    return failure(this.#file, say`${expected} as ${this.#path + name}`, this.#fields[name], this.#advice);
  }

  #inner(fields: Readonly<Record<string, unknown>>, name: string): JsonObject {
    const path = `${this.#path}${name}.`;
    return new JsonObject(fields, { file: this.#file, path, advice: this.#advice });
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function failure(file: string, expected: Sentence, got: unknown, advice: Sentence): NihiloError {
  const shown = JSON.stringify(got)?.slice(0, 120) ?? say`nothing`;
  return new NihiloError(
    'checkpointForeign',
    say`${file} should hold ${expected} and holds ${shown}. ${advice}`,
  );
}
