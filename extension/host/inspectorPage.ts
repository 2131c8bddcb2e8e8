export interface InspectorPage {
  /** the webview's own origin for style sheets */
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** BCP 47 */
  readonly language: string;
  readonly title: string;
}

/** The Inspector's static page. Its policy lets scripts in by nonce alone, this one and what it fetches beside it, and nothing reach out of the machine. */
export function inspectorPage(page: InspectorPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `font-src ${page.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(page.language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${escaped(page.styleUri)}">
    <title>${escaped(page.title)}</title>
  </head>
  <body>
    <div id="inspector"></div>
    <script type="module" nonce="${escaped(page.nonce)}" src="${escaped(page.scriptUri)}"></script>
  </body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
