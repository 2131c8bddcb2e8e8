/** Of Markdown, aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const drawn = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [drawn(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(drawn)];
}

export function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
