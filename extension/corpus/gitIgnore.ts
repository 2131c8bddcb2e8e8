import ignore, { type Ignore } from 'ignore';

/**
 * The ignore rules of one repository as they apply within one of its folders; paths are relative to the repository's top.
 * @source gitignore(5); where a path's last matching line decides, and lines of deeper folders come later
 */
export class GitIgnore {
  readonly #rules: Ignore;
  readonly #ignoreCase: boolean;

  private constructor(rules: Ignore, ignoreCase: boolean) {
    this.#rules = rules;
    this.#ignoreCase = ignoreCase;
  }

  /** @param ignoreCase git's `core.ignorecase` */
  static none(ignoreCase: boolean): GitIgnore {
    return new GitIgnore(ignore({ ignoreCase, allowRelativePaths: true }), ignoreCase);
  }

  /** These rules and, after them, the text of the `.gitignore` of a folder; '' is the repository's top. */
  with(folder: string, text: string): GitIgnore {
    const lines = folder === '' ? text : text.split('\n').flatMap((line) => atFolder(folder, line));
    return this.#extended(lines);
  }

  /** These rules within a folder that somebody opened: neither it nor a folder above it counts as ignored. */
  opened(folder: string): GitIgnore {
    const names = folder.split('/');
    return this.#extended(names.map((_, i) => `!/${escapeGlob(names.slice(0, i + 1).join('/'))}/`));
  }

  /** The folders above `path` must not be ignored themselves: a walk from the top never gets there. */
  ignores(path: string, isFolder: boolean): boolean {
    return this.#rules.ignores(isFolder ? `${path}/` : path);
  }

  #extended(lines: string | readonly string[]): GitIgnore {
    const extended = GitIgnore.none(this.#ignoreCase);
    extended.#rules.add(this.#rules).add(lines);
    return extended;
  }
}

/** A line of a folder's `.gitignore` as it would read at the repository's top: none when it matches nothing. */
function atFolder(folder: string, line: string): string[] {
  const text = trimLine(line);
  if (text.startsWith('#')) return [];
  const [sign, pattern] = text.startsWith('!') ? ['!', text.slice(1)] : ['', text];
  if (pattern === '') return [];
  const place = `${sign}/${escapeGlob(folder)}`;
  // A slash before the end ties the pattern to the folder; without one it matches at any depth.
  if (!pattern.slice(0, -1).includes('/')) return [`${place}/**/${pattern}`];
  return [pattern.startsWith('/') ? `${place}${pattern}` : `${place}/${pattern}`];
}

/** Without the line's end and the spaces before it, except one behind a backslash. */
function trimLine(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  let escapes = 0;
  while (text[end - 1 - escapes] === '\\') escapes++;
  return text.slice(0, escapes % 2 === 1 ? end + 1 : end);
}

function escapeGlob(path: string): string {
  return path.replaceAll(/[\\*?[\]]/g, String.raw`\$&`);
}
