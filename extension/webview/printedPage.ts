/** A page of its own, to be printed: black on white, no script. @param language BCP 47 @param parts HTML, with all text in it escaped */
export function printedPage(title: string, language: string, parts: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>
body { font: 11pt serif; margin: 2cm; }
table { border-collapse: collapse; margin-block: 1em; }
td, th { padding: 2pt 8pt; border-block-end: 0.5pt solid #999; text-align: end; }
caption { text-align: start; font-weight: bold; }
.sheet td, .sheet th { min-inline-size: 5em; }
.sheet td:nth-child(2), .sheet th:nth-child(2) { text-align: start; }
.total td, .subtotal td { border-block-start: 1pt solid black; }
[data-table] { font-size: 7pt; font-variant-numeric: tabular-nums; break-inside: avoid-page; }
[data-table] td, [data-table] th { padding: 1pt 3pt; font-weight: normal; }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${parts.join('\n')}
</body>
</html>
`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
