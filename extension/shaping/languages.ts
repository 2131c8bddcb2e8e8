/** What text between two signs is. */
export interface Quotes {
  readonly open: string;
  readonly close: string;
  /** may go on behind a line break */
  readonly multiline?: true;
  /** a backslash is a character like any other */
  readonly raw?: true;
  /** sign behind which code stands within the text, up to the bracket that closes it */
  readonly code?: '${' | '$(';
}

/** How scopes are told; `none`: there are none, it is no code. */
export type Scopes = 'brackets' | 'indentation' | 'tags' | 'none';

/** As much of a language's syntax as tells code from strings and comments, and one scope from the next. */
export interface Syntax {
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [open: string, close: string])[];
  /** A file is a template: it begins outside of the code, which ends with the first sign and goes on behind the second. */
  readonly outside?: readonly [open: string, close: string];
  /** longer signs before the shorter ones that they begin with */
  readonly quotes: readonly Quotes[];
  /** whole literals that hold quotes or brackets, as a regular expression */
  readonly literals: string | null;
  /** words stand between signs: behind a letter a quote is an apostrophe and a comment sign part of a word */
  readonly prose: boolean;
  readonly tags: boolean;
  readonly scopes: Scopes;
  /** words that stand one level further out than the lines above them */
  readonly dedents: readonly string[];
  /** a line that begins with a tab means something else than one that begins with spaces */
  readonly tabsDiffer?: true;
  /** names and values are strings */
  readonly stringsAreData?: true;
}

const double: Quotes = { open: '"', close: '"' };
const single: Quotes = { open: "'", close: "'" };
const template: Quotes = { open: '`', close: '`', multiline: true, code: '${' };
const rawBackquote: Quotes = { open: '`', close: '`', multiline: true, raw: true };
const longDouble: Quotes = { open: '"""', close: '"""', multiline: true };
const longSingle: Quotes = { open: "'''", close: "'''", multiline: true };
const doubleLines: Quotes = { ...double, multiline: true };
const substituting: Quotes = { ...doubleLines, code: '$(' };
const rawLines: Quotes = { ...single, multiline: true, raw: true };

const slashes = { lineComments: ['//'], blockComments: [['/*', '*/']] } as const;
const hash = { lineComments: ['#'], blockComments: [] } as const;
const markup = { lineComments: [], blockComments: [['<!--', '-->']] } as const;

/** 'x', '\n', '\u{1f600}': a quote of one character is no string, and Rust's lifetimes have no second quote. */
const character = String.raw`'(?:\\[^\n']{1,10}|\\'|[^\\'\n])'`;
/** A slash is a division behind a value, and the beginning of an expression behind everything else. */
const expression = String.raw`(?<=(?:^|[(,=:[!&|?{};+\n]|\breturn|=>)[ \t]*)\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/`;
/** r"…", r#"…"#; up to the line's end, which is where most of them end */
const rustRaw = String.raw`\bb?r(?<hashes>#*)"[^\n]*?"\k<hashes>`;

/** An attribute, `#[…]`, is no comment; the code of a template ends within one. */
const phpComment = String.raw`#(?=\[)|(?:\/\/|#)[^\n]*?(?=\?>)`;

const braces: Syntax = {
  ...slashes,
  quotes: [double, single],
  literals: character,
  prose: false,
  tags: false,
  scopes: 'brackets',
  dedents: [],
};
const script: Syntax = { ...braces, quotes: [double, single, template], literals: expression };
const jvm: Syntax = { ...braces, quotes: [longDouble, double, single] };
const python: Syntax = {
  ...braces,
  ...hash,
  quotes: [longDouble, longSingle, double, single],
  literals: null,
  scopes: 'indentation',
  dedents: ['else', 'elif', 'except', 'finally'],
};
const words: Syntax = { ...python, quotes: [double, single], dedents: ['end', 'else', 'elsif', 'elseif'] };
const shell: Syntax = {
  ...words,
  quotes: [substituting, rawLines],
  prose: true,
  dedents: ['fi', 'done', 'esac', 'else', 'elif'],
};
const config: Syntax = { ...words, prose: true, dedents: [] };
const css: Syntax = { ...braces, lineComments: [], literals: null };
const html: Syntax = {
  ...markup,
  quotes: [doubleLines, { ...single, multiline: true, raw: true }],
  literals: null,
  prose: false,
  tags: true,
  scopes: 'tags',
  dedents: [],
};
/** Of a language that nobody has told us of: words, and text in double quotes. */
const unknown: Syntax = { ...config, lineComments: [], quotes: [double] };

const text: Syntax = { ...unknown, quotes: [], scopes: 'none' };

/** By the ids that VS Code and its widespread extensions give. */
const syntaxes: Readonly<Record<string, Syntax>> = {
  typescript: script,
  typescriptreact: script,
  javascript: script,
  javascriptreact: script,
  python,
  go: { ...braces, quotes: [double, single, rawBackquote] },
  rust: { ...braces, quotes: [doubleLines], literals: `${rustRaw}|${character}` },
  java: jvm,
  kotlin: jvm,
  scala: jvm,
  groovy: jvm,
  swift: { ...jvm, literals: null },
  dart: { ...braces, quotes: [longDouble, longSingle, double, single], literals: null },
  c: braces,
  cpp: { ...braces, literals: String.raw`${character}|(?<=\d)'(?=\d)` },
  csharp: jvm,
  'objective-c': braces,
  'objective-cpp': braces,
  'cuda-cpp': braces,
  zig: braces,
  proto3: braces,
  proto: braces,
  solidity: braces,
  php: {
    ...braces,
    lineComments: ['//', '#'],
    outside: ['?>', '<?'],
    quotes: [doubleLines, { ...single, multiline: true }],
    literals: phpComment,
  },
  json: { ...css, blockComments: [], quotes: [double], stringsAreData: true },
  jsonc: { ...braces, quotes: [double], literals: null, stringsAreData: true },
  json5: { ...braces, literals: null, stringsAreData: true },
  css,
  scss: { ...css, lineComments: ['//'] },
  less: { ...css, lineComments: ['//'] },
  graphql: { ...braces, ...hash, quotes: [longDouble, double], literals: null },
  terraform: { ...braces, lineComments: ['#', '//'], quotes: [double], literals: null },
  html,
  xml: html,
  svg: html,
  vue: html,
  svelte: html,
  astro: html,
  handlebars: html,
  markdown: { ...text, ...markup },
  plaintext: text,
  yaml: config,
  dockercompose: config,
  toml: { ...config, quotes: [longDouble, longSingle, double, single] },
  ini: { ...config, lineComments: ['#', ';'], quotes: [] },
  properties: { ...config, lineComments: ['#', '!'], quotes: [] },
  dotenv: config,
  dockerfile: shell,
  makefile: { ...shell, quotes: [], tabsDiffer: true },
  shellscript: shell,
  powershell: { ...shell, blockComments: [['<#', '#>']], scopes: 'brackets', dedents: [] },
  ruby: {
    ...words,
    blockComments: [['=begin', '=end']],
    dedents: ['end', 'else', 'elsif', 'rescue', 'ensure', 'when'],
  },
  crystal: words,
  lua: { ...words, lineComments: ['--'], blockComments: [['--[[', ']]']] },
  elixir: {
    ...words,
    quotes: [longDouble, double, single],
    dedents: ['end', 'else', 'rescue', 'after', 'catch'],
  },
  julia: { ...words, blockComments: [['#=', '=#']], quotes: [longDouble, double], literals: character },
  perl: { ...braces, ...hash, literals: null },
  r: { ...braces, ...hash, literals: null },
  coffeescript: { ...python, quotes: [longDouble, longSingle, double, single] },
  nim: { ...python, quotes: [longDouble, double], literals: character },
  haskell: {
    ...python,
    lineComments: ['--'],
    blockComments: [['{-', '-}']],
    quotes: [double],
    literals: character,
    dedents: [],
  },
  fsharp: {
    ...python,
    ...slashes,
    blockComments: [['(*', '*)']],
    quotes: [longDouble, double],
    literals: character,
  },
  sql: {
    ...words,
    lineComments: ['--'],
    blockComments: [['/*', '*/']],
    quotes: [double, { ...single, raw: true }],
    dedents: ['end', 'elsif', 'elseif'],
  },
  clojure: { ...unknown, lineComments: [';'], scopes: 'brackets' },
  lisp: { ...unknown, lineComments: [';'], scopes: 'brackets' },
  scheme: { ...unknown, lineComments: [';'], scopes: 'brackets' },
  erlang: { ...words, lineComments: ['%'], dedents: ['end'] },
  latex: { ...text, lineComments: ['%'] },
  tex: { ...text, lineComments: ['%'] },
};

export function syntaxOf(languageId: string): Syntax {
  return Object.hasOwn(syntaxes, languageId) ? syntaxes[languageId]! : unknown;
}
