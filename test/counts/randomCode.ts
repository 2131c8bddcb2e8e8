/** Lines with indentation, words, numbers, strings, comments and brackets, of a vocabulary so small that all of it comes again. */
export function randomCode(next: () => number, lines: number): string {
  const pick = <Item>(of: readonly Item[]): Item => of[Math.floor(next() * next() * of.length)]!;
  const words = ['a', 'if', 'foo', '$bar', 'for', 'b_2', 'return', 'été', 'Ωx', 'baz9'];
  const atom = (depth: number): string =>
    pick([
      () => pick(words),
      () => String(Math.floor(next() * 120)),
      () => `${pick(words)}(${list(depth)})`,
      () => `[${list(depth)}]`,
      () => `${pick(words)}.${pick(words)}`,
      () => `'${pick(words)}\\'${pick(words)}'`,
      () => `"${pick(words)} ${pick(words)}"`,
      () => `\`${pick(words)}\``,
    ])();
  const list = (depth: number): string =>
    depth > 2 ? '' : Array.from({ length: Math.floor(next() * 3) }, () => atom(depth + 1)).join(', ');
  let depth = 0;
  let out = '';
  for (let line = 0; line < lines; line++) {
    if (depth > 0 && next() < 0.3) depth--;
    const indentation = next() < 0.2 ? '\t'.repeat(depth) : '  '.repeat(depth);
    out += next() < 0.1 ? '\r\n' : '\n';
    if (next() < 0.1) continue;
    out += indentation;
    out += pick([
      () => `${pick(words)} = ${atom(0)};`,
      () => `${pick(words)} ${pick(words)}(${list(0)}) {`,
      () => '}',
      () => `// ${pick(words)} ${pick(words)}`,
      () => `/* ${pick(words)}, ${pick(words)} */`,
      () => `# it's ${pick(words)}`,
    ])();
    if (out.endsWith('{')) depth++;
  }
  return out;
}
