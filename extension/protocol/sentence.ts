/**
 * What is said to a person, as a template with `{0}`, `{1}`, … and what stands there: plain data, so that it crosses threads and is put into
 * words where the language is known. A value that is a sentence is put into words by itself.
 */
export interface Sentence {
  readonly template: string;
  readonly values: readonly SentenceValue[];
}

export type SentenceValue = string | number | Sentence;

/** A sentence as it is written: say`${file} can't be read.` Every template in it has a translation, which a test holds. */
export function say(strings: TemplateStringsArray, ...values: readonly SentenceValue[]): Sentence {
  const template = strings.reduce((before, text, i) => `${before}{${i - 1}}${text}`);
  return { template, values };
}

export function inEnglish({ template, values }: Sentence): string {
  const texts = values.map((value) => (typeof value === 'object' ? inEnglish(value) : String(value)));
  return template.replace(/\{(\d+)\}/g, (placeholder, i) => texts[Number(i)] ?? placeholder);
}
