import { readFileSync } from 'node:fs';
import fc from 'fast-check';

const folder = new URL('../../node_modules/', import.meta.url);

function read(name: string, length = Infinity): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)).subarray(0, length));
}

/** Real files: declarations, bundled and hand-written JavaScript, JSON, prose, and the same sentences in other scripts. */
export const realFiles: readonly Uint8Array[] = [
  read('typescript/lib/lib.es5.d.ts'),
  read('typescript/lib/_tsc.js', 200_000),
  read('typescript/lib/zh-cn/diagnosticMessages.generated.json', 60_000),
  read('typescript/package.json'),
  read('preact/src/diff/index.js'),
  read('preact/README.md'),
  ...['zh_TW', 'ja', 'ko', 'ru', 'he', 'fr', 'el'].map((locale) =>
    read(`axe-core/locales/${locale}.json`, 20_000),
  ),
];

/** What real files have too little of. */
export const awkwardLines: readonly string[] = [
  '',
  ' ',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\r\r\n\n\r',
  'const a = 1;\r\n\tif (a) {\r\n\t\treturn;\r\n\t}\r\n',
  '\t\tmixed \t \tindent  \n   ',
  'trailing spaces   \r\n\r\n\r\n    then indented',
  'one  two   three    four',
  '  = aligned,\t= with tab',
  'emoji: 😀👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 1️⃣ 🇩🇪 ✅',
  '你好，世界！“引号”（括号）　全角空格',
  '変数 = 関数（引数）; // コメント',
  '한글 각 각',
  'cafe\u0301 naïve Å Å ﬁ',
  'क्षत्रिय สวัสดี العَرَبِيَّة שָׁלוֹם',
  'z̷̡̛a̴͝l̵g̶o̷',
  '\ufefffirst line with a byte order mark',
  'a\u00a0b\u0085c\u2028d\u2029e\u3000f\u200bg\u200dh\u2060i',
  '\u0000\u0001\u001b[31mred\u001b[0m\u007f\u0080\u009f',
  '\v\f vertical',
  '0 12 345 6789 0x1F 1e-9 1_000_000 ²³½Ⅷ ٣٤٥ 𝟘𝟙𝟚 一二三',
  '__proto__ constructor toString hasOwnProperty _ __ _a a_ a_b',
  '=== !== => ?? ?. ... /**/ //---------- <!-- --> #!/usr/bin/env',
  '"a" \'b\' `c` \\n \\u0000 \\',
  '𐐷𐐷 𝒳𝓎 \u{10ffff} \u{e0001} \ue000 \ufffd \uffff',
  'Ġ Ċ Ń ĉ č ġ',
  '<|endoftext',
  '|>',
  'x'.repeat(700),
  'ab'.repeat(400),
  ' '.repeat(300) + '\n' + '\t'.repeat(150),
  '-'.repeat(129),
];

/** Bytes that are not UTF-8: stray and cut sequences, overlong forms, surrogates, beyond U+10FFFF. */
export const invalidUtf8: readonly Uint8Array[] = [
  [0x80],
  [0xff, 0xfe, 0x41],
  [0x61, 0xe4, 0xb8, 0x62, 0x20, 0xe4, 0x63],
  [0x20, 0xf0, 0x9f, 0x98, 0x20, 0xf0, 0x9f, 0x0a],
  [0x61, 0xc1, 0x81, 0xe0, 0x81, 0x81, 0xf0, 0x80, 0x81, 0x81, 0x61],
  [0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0xf0, 0x80, 0x80, 0xaf],
  [0x61, 0xed, 0xa0, 0x80, 0xed, 0xbf, 0xbf, 0x62],
  [0xf4, 0x90, 0x80, 0x80, 0xf5, 0x80, 0x80, 0x80],
  [0xf0, 0x9f, 0x98, 0x80, 0x80, 0xcc, 0x81, 0xff, 0xcc, 0x81],
  [0xe4, 0xb8, 0xad, 0xe6, 0x96],
].map((bytes) => Uint8Array.from(bytes));

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** With U+FFFD where bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
}

/** Well-formed text that comes upon the borders of the pattern often. */
export const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '  ', '\t', '\n', '\r', '\r\n', '_', 'a', 'Z', '0', '9', '42', '.', '=>', '/**'),
      fc.constantFrom(
        'é',
        'e\u0301',
        '中',
        '😀',
        '\ufe0f',
        '\u200d',
        '\ufeff',
        '\u0085',
        '\u00a0',
        '٣',
        '½',
        '\ufffd',
      ),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

/** Arbitrary bytes, and text that is cut or overwritten anywhere. */
export const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 5 }))
    .map(([text, changes]) => {
      const encoded = encodeUtf8(text);
      for (const [at, byte] of changes) if (encoded.length > 0) encoded[at % encoded.length] = byte;
      return encoded;
    }),
);
