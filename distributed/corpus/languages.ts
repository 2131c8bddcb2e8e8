/** What a language's share of the corpus is, in bytes of text. Of those without one only a little of each package is learnt from. */
export const languages = {
  typescript: { extensions: 'ts tsx mts cts', mostBytes: 42_000_000 },
  javascript: { extensions: 'js jsx mjs cjs', mostBytes: 35_000_000 },
  python: { extensions: 'py pyi', mostBytes: 46_000_000 },
  go: { extensions: 'go', mostBytes: 28_000_000 },
  rust: { extensions: 'rs', mostBytes: 23_500_000 },
  c: { extensions: 'c h cc cpp cxx hpp hh hxx inl', mostBytes: 23_500_000 },
  java: { extensions: 'java', mostBytes: 14_000_000 },
  php: { extensions: 'php', mostBytes: 7_000_000 },
  ruby: { extensions: 'rb rake gemspec', mostBytes: 7_000_000 },
  json: { extensions: 'json', mostBytes: 3_000_000 },
  markdown: { extensions: 'md markdown', mostBytes: 4_000_000 },
  styles: { extensions: 'css scss less', mostBytes: 2_000_000 },
  html: { extensions: 'html htm vue svelte', mostBytes: 2_000_000 },
  shell: { extensions: 'sh bash', mostBytes: 1_500_000 },
  settings: { extensions: 'yml yaml toml', mostBytes: 1_000_000 },
} as const satisfies Record<string, { readonly extensions: string; readonly mostBytes: number }>;

export type Language = keyof typeof languages;

export const allLanguages = Object.keys(languages) as Language[];

/** Of a package's text in each of these, no more is taken. */
export const minorLanguages: ReadonlySet<Language> = new Set([
  'json',
  'markdown',
  'styles',
  'html',
  'shell',
  'settings',
]);
export const mostMinorBytes = 32_000;

const byExtension: ReadonlyMap<string, Language> = new Map(
  allLanguages.flatMap((language) =>
    languages[language].extensions.split(' ').map((extension) => [extension, language] as const),
  ),
);

/** @returns null: none of the corpus */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return byExtension.get(name.slice(name.lastIndexOf('.') + 1)) ?? null;
}
