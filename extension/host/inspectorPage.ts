export interface InspectorPage {
  /** the webview's own origin for style sheets */
  readonly cspSource: string;
  readonly nonce: string;
  /** in the order in which they run */
  readonly scriptUris: readonly string[];
  readonly styleUri: string;
  /** of the editor, BCP 47: the page speaks Chinese to who reads it, else English */
  readonly language: string;
  readonly title: string;
  /** of the tab, or of the side bar, which has room for why and the training alone */
  readonly surface: 'tab' | 'sideBar';
}

/** The page's scripts among the files of the bundle: a language other than English comes first. @param language BCP 47 */
export function inspectorScripts(language: string): readonly string[] {
  return [...(isChinese(language) ? ['inspectorChinese.js'] : []), 'inspector.js'];
}

function isChinese(language: string): boolean {
  return ['zh-cn', 'zh-hans'].includes(language.toLowerCase());
}

/**
 * The Inspector's static page. Its policy lets scripts in by nonce alone, these and what they fetch beside them, and nothing reach out of
 * the machine.
 */
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
<html lang="${isChinese(page.language) ? 'zh-CN' : 'en'}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${escaped(page.styleUri)}">
    <title>${escaped(page.title)}</title>
  </head>
  <body>
    <div id="inspector" data-surface="${page.surface}"></div>
    ${page.scriptUris.map((uri) => scriptElement(page.nonce, uri)).join('\n    ')}
  </body>
</html>
`;
}

function scriptElement(nonce: string, uri: string): string {
  return `<script type="module" nonce="${escaped(nonce)}" src="${escaped(uri)}"></script>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
