import { placeholder } from './copyright.ts';
import { isPermissive } from './licences.ts';

interface Mark {
  readonly id: string;
  /** words of the licence, whose white space is one space each */
  readonly has: RegExp;
  /** words that only other licences have, or texts of several */
  readonly hasNot?: RegExp;
  /** what of a file is the licence; absent: all of it */
  readonly passage?: RegExp;
}

/** How a licence's own text is told from others'. */
const marks: readonly Mark[] = [
  {
    id: 'Apache-2.0',
    has: /^\W*Apache License Version 2\.0, January 2004.* TERMS AND CONDITIONS FOR USE/,
    hasNot: /LLVM/,
  },
  {
    id: 'MIT',
    has: /Permission is hereby granted, free of charge.* The above copyright notice and this permission notice/,
    hasNot: /used in advertising|Redistributions|Apache/,
  },
  { id: 'MIT-0', has: /Permission is hereby granted, free of charge/, hasNot: /The above copyright notice/ },
  // A later wording asks for no advertising; packages call the earlier one, which is MIT's, by this name too.
  { id: 'X11', has: /Permission is hereby granted, free of charge/, hasNot: /Redistributions|Apache/ },
  {
    id: 'ISC',
    has: /Permission to use, copy, modify,? (and\/or|and|or) distribute this software for any purpose/,
  },
  {
    id: 'BSD-2-Clause',
    has: /Redistributions in binary form must/,
    hasNot: /endorse|Permission is hereby|Apache/,
  },
  {
    id: 'BSD-3-Clause',
    has: /Redistributions in binary form must.* Neither the name of the copyright holder nor/,
    hasNot: /Permission is hereby|Apache|advertising/,
  },
  { id: 'Zlib', has: /altered source versions must be plainly marked/i },
  { id: 'BSL-1.0', has: /Boost Software License - Version 1\.0.* THE SOFTWARE IS PROVIDED/ },
  { id: 'curl', has: /^COPYRIGHT AND PERMISSION NOTICE/ },
  { id: 'PSF-2.0', has: /This LICENSE AGREEMENT is between .* Licensee/ },
  {
    id: 'HPND',
    has: /Permission to use, copy, modify,? and distribute this software and its (associated )?documentation/,
    passage: /(By obtaining|Permission to use)[^]*PERFORMANCE\s+OF\s+THIS\s+SOFTWARE\./,
  },
  { id: 'Unlicense', has: /This is free and unencumbered software/ },
  { id: 'CC0-1.0', has: /CC0 1\.0 Universal.* Affirmer/ },
  { id: 'BlueOak-1.0.0', has: /Blue Oak Model License/ },
  { id: 'LicenseRef-public-domain', has: /public domain|disclaims copyright/i },
];

/** The licences of an SPDX expression that its text may be taken under. */
export function permissiveIds(expression: string): string[] {
  const tokens = expression.split(/[()\s]+/).filter((token) => !/^(AND|OR|WITH)?$/i.test(token));
  return [...new Set(tokens.filter((token) => isPermissive(token)))].sort();
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

export class LicenceTexts {
  /** SPDX id → wording on one line → text as first met, and how often it was met */
  readonly #met = new Map<string, Map<string, { readonly text: string; times: number }>>();

  /** @param ids of the package's licence @param texts files of the package, with a placeholder for copyright lines */
  add(ids: readonly string[], texts: readonly string[]): void {
    for (const id of ids) {
      const mark = marks.find((known) => known.id === id);
      if (mark === undefined) throw new Error(`expected to know the words of ${id}; add them to the marks`);
      for (const whole of texts) {
        const text = mark.passage === undefined ? whole : (mark.passage.exec(whole)?.[0] ?? '');
        const words = oneLine(text);
        if (!mark.has.test(words) || mark.hasNot?.test(words) === true) continue;
        const ofId = this.#met.get(id) ?? new Map<string, { readonly text: string; times: number }>();
        this.#met.set(id, ofId);
        const known = ofId.get(words) ?? { text, times: 0 };
        known.times++;
        ofId.set(words, known);
      }
    }
  }

  /** The wording that most packages have; of equally many the shortest. @throws {Error} when no package has its text */
  textOf(id: string): string {
    const [most] = [...(this.#met.get(id)?.values() ?? [])].sort(
      (a, b) => b.times - a.times || a.text.length - b.text.length || (a.text < b.text ? -1 : 1),
    );
    if (most === undefined) throw new Error(`expected a package with the text of ${id}, got none`);
    const { text } = most;
    return /above copyright notice/.test(text) && !text.includes(placeholder)
      ? `${placeholder}\n\n${text}`
      : text;
  }
}
