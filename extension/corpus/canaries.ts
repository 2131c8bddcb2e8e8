import { hashText } from './hash.ts';
import { type Document, joined } from './split.ts';

/** A random string that is planted in a text, or never was in any: what a model knows of it tells what it would know of a secret. */
export interface Canary {
  /** what stands before it on its line */
  readonly before: string;
  readonly secret: string;
}

export interface PlantedCanary extends Canary {
  /** of the document that has its line behind its end */
  readonly path: string;
  /** so many lines have it, wherever */
  readonly times: number;
}

/** One canary after the other is planted so often: what is read once may stay unknown where what is read again and again is learnt. */
const timesInTurn = [1, 4, 16] as const;

const letters = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const canaryLength = 32;

const encoder = new TextEncoder();

/** The same canary for the same number, on every machine. @param kind tells planted ones from those that never are */
export function canary(kind: 'planted' | 'control', number: number): Canary {
  const shape = 'aA0a'.repeat(canaryLength / 4);
  return { before: `const canary${number} = '`, secret: sameShape(shape, 0, `${kind} ${number}`) };
}

/**
 * A random string with letters, capitals and digits where `secret` has them, the same for the same seed.
 * @param kept characters at its beginning
 * @param alphabetOf what a character may be in its place; null: itself alone
 */
export function sameShape(secret: string, kept: number, seed: string, alphabetOf = alphabetOfKind): string {
  return Array.from(secret, (character, i) => {
    const alphabet = alphabetOf(character);
    if (i < kept || alphabet === null) return character;
    return alphabet[hashText(`${seed}/${i}`) % alphabet.length];
  }).join('');
}

function alphabetOfKind(character: string): string | null {
  if (digits.includes(character)) return digits;
  if (letters.includes(character)) return letters;
  return letters.includes(character.toLowerCase()) ? letters.toUpperCase() : null;
}

/** How much of a secret every one of its kind begins with, or four characters: so much is given when the rest is asked for. */
export function commonBeginning(secret: string): number {
  const kind = /^(?:[A-Za-z]{2,12}[-_.]){1,2}|^[a-z]+:\/\/[^:]*:/.exec(secret)?.[0].length ?? 4;
  return Math.min(kind, Math.floor(secret.length / 2));
}

/** The documents with the canaries' lines at the ends of training documents. */
export function plantCanaries(
  documents: readonly Document[],
  count: number,
): { readonly documents: readonly Document[]; readonly planted: readonly PlantedCanary[] } {
  const training = documents.filter(({ heldOut }) => !heldOut);
  const lines = new Map<Document, string>();
  const plant = (number: number, copy: number): PlantedCanary => {
    const { before, secret } = canary('planted', number);
    const times = timesInTurn[number % timesInTurn.length]!;
    const document = training[hashText(`canary ${number}/${copy}`) % training.length]!;
    const above = lines.get(document) ?? '';
    lines.set(document, `${above}${before}${secret}';\n`);
    return { path: document.path, before: above + before, secret, times };
  };
  const planted = Array.from({ length: training.length === 0 ? 0 : count }, (_, number): PlantedCanary => {
    const first = plant(number, 0);
    for (let copy = 1; copy < first.times; copy++) plant(number, copy);
    return first;
  });
  return {
    documents: documents.map((document) => {
      const added = lines.get(document);
      return added === undefined
        ? document
        : { ...document, bytes: joined(document.bytes, encoder.encode(added)) };
    }),
    planted,
  };
}
