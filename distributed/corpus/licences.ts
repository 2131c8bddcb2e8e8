/** Licences, by their SPDX ids, that let anybody learn from a text and pass on what was learnt. */
const permissive: ReadonlySet<string> = new Set(
  `MIT MIT-0 X11 BSD-2-Clause BSD-3-Clause Apache-2.0 ISC 0BSD Zlib BSL-1.0 PSF-2.0 Python-2.0 Unlicense CC0-1.0 PostgreSQL curl
  BlueOak-1.0.0 HPND NCSA libpng-2.0 MIT-CMU Ruby-or-BSD LicenseRef-public-domain`.split(/\s+/),
);

/** What Debian's machine-readable copyright files call them, in lower case. */
const debianNames: readonly (readonly [RegExp, string])[] = [
  [/^(expat|mit)([-/~](expat|style|modern|like).*)?$|^expat-.*$|^mit-[a-z]+$/, 'MIT'],
  [/^x11(-.*)?$/, 'X11'],
  [/^bsd-2(-clause|clause)?(-.*)?$/, 'BSD-2-Clause'],
  [/^bsd-3(-clause|clause)?([-~].*)?$|^bsd-style$|^new-bsd$/, 'BSD-3-Clause'],
  [/^(apache|asl)[- ]?(2|2\.0)$|^apache-license-2\.0$/, 'Apache-2.0'],
  [/^apache-2(\.0)? with llvm[- ]exceptions?$|^apache-2\.0-with-llvm-exceptions?$/, 'Apache-2.0'],
  [/^isc([-~].*)?$/, 'ISC'],
  [/^zlib(\/libpng)?$/, 'Zlib'],
  [/^(bsl|boost)-1(\.0)?$/, 'BSL-1.0'],
  [/^(psf|python)(-2(\.0)?)?$/, 'PSF-2.0'],
  [/^(public[- ]domain|pd)([-~].*)?$/, 'LicenseRef-public-domain'],
  [/^unlicense$/, 'Unlicense'],
  [/^cc0(-1(\.0)?)?$/, 'CC0-1.0'],
  [/^(0bsd|bsd-0-clause)$/, '0BSD'],
  [/^postgresql$/, 'PostgreSQL'],
  [/^curl$/, 'curl'],
  [/^hpnd.*$/, 'HPND'],
  [/^ncsa$/, 'NCSA'],
];

/** A Debian name in SPDX's terms, or as it was. */
export function spdxOfDebian(name: string): string {
  return name
    .trim()
    .replaceAll(/\s*,?\s+(and|or|and\/or)\s+|\s*\|\s*/gi, (_, word: string | undefined) =>
      word?.toLowerCase() === 'and' ? ' AND ' : ' OR ',
    )
    .split(/( AND | OR )/)
    .map((part) => debianNames.find(([pattern]) => pattern.test(part.trim().toLowerCase()))?.[1] ?? part)
    .join('');
}

/** Whether an SPDX expression lets a text in: one side of an OR does, every side of an AND must. */
export function isPermissive(expression: string): boolean {
  const tokens = expression
    .replaceAll(/[()]/g, ' $& ')
    .split(/\s+/)
    .filter((token) => token !== '');
  let at = 0;
  const any = (): boolean => {
    let result = all();
    while (tokens[at]?.toUpperCase() === 'OR') {
      at++;
      const other = all();
      result ||= other;
    }
    return result;
  };
  const all = (): boolean => {
    let result = one();
    while (tokens[at]?.toUpperCase() === 'AND') {
      at++;
      const other = one();
      result &&= other;
    }
    return result;
  };
  const one = (): boolean => {
    const token = tokens[at++];
    if (token === '(') {
      const result = any();
      return tokens[at++] === ')' && result;
    }
    let result = token !== undefined && permissive.has(token);
    if (tokens[at]?.toUpperCase() === 'WITH') {
      // Exceptions only ever permit more.
      result &&= tokens[at + 1] !== undefined;
      at += 2;
    }
    return result;
  };
  return any() && at === tokens.length;
}

const headBytes = 4_096;

const restrictive =
  /\bGNU\s+(\w+\s+){0,3}(General|Public)|\b[AL]?GPL(?![a-z])|\bGNU (licen[cs]e|free)|Mozilla Public|\bMPL\b|Eclipse Public|\bEPL-|\bCDDL\b|Common Development and Distribution|Creative Commons|\bCC[- ]BY|Artistic Licen[cs]e|European Union Public|\bEUPL\b|Server Side Public|\bSSPL\b|Business Source|Elastic License|Commons Clause|non-?commercial|proprietary|\bconfidential\b(?=[^]{0,80}(information|property))/i;

const reserved = /all rights (are )?reserved|no part of this/i;

const granted =
  /permission is (hereby )?granted|permission to use, copy|redistribution and use|apache license|licensed under|licen[cs]e[ds]? .{0,40}\b(MIT|BSD|Apache|ISC)|\b(MIT|BSD|ISC|Apache|zlib|boost)[- ](style )?(software )?licen[cs]e|BSD-style|spdx-license-identifier|licen[cs]e(\.(txt|md))? file|see (the )?(file )?(LICENSE|COPYING|COPYRIGHT|AUTHORS)|\bpublic domain\b/i;

/** Whether a file says at its head that it is under other terms than its package. */
export function headForbids(text: string): boolean {
  const head = text.slice(0, headBytes);
  const spdx = /SPDX-License-Identifier:\s*([^\n*]+)/.exec(head)?.[1];
  if (spdx !== undefined) return !isPermissive(spdx.replace(/\s*(\*\/|-->|"""|#).*$/, '').trim());
  const comments = headComments(head);
  if (restrictive.test(comments)) return true;
  return reserved.test(comments) && !granted.test(comments);
}

/** The lines before the first that no comment notation begins or goes on: where a file speaks of its terms. */
function headComments(head: string): string {
  const block =
    /^(?:\s*(?:\/\*[^]*?(?:\*\/|$)|<!--[^]*?(?:-->|$)|"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|(?:\/\/|#|--|;|%)[^\n]*|<\?php|['"]use strict['"];?))*/;
  return block.exec(head)?.[0] ?? '';
}
