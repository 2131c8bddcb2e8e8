import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectorPage, inspectorScripts } from '../../extension/host/inspectorPage.ts';

const page = {
  cspSource: 'https://*.vscode-cdn.net',
  nonce: 'c0ffee',
  scriptUris: ['https://file.vscode-cdn.net/dist/webview/inspector.js'],
  styleUri: 'https://file.vscode-cdn.net/dist/webview/inspector.css',
  language: 'en',
  surface: 'tab' as const,
  title: 'Nihilo Inspector',
};

function directives(html: string): Map<string, string> {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
  return new Map(
    policy.split('; ').map((directive): [string, string] => {
      const space = directive.indexOf(' ');
      return [directive.slice(0, space), directive.slice(space + 1)];
    }),
  );
}

test('the policy lets in scripts by nonce, styles and fonts of the extension, and nothing else', () => {
  expect(Object.fromEntries(directives(inspectorPage(page)))).toEqual({
    'default-src': "'none'",
    'script-src': "'nonce-c0ffee'",
    'style-src': 'https://*.vscode-cdn.net',
    'font-src': 'https://*.vscode-cdn.net',
    'base-uri': "'none'",
    'form-action': "'none'",
  });
});

test('the page has no unsafe-*, no inline script, style or handler, and only the two resources', () => {
  const html = inspectorPage(page);
  expect(html).not.toMatch(/unsafe-|<style|\sstyle=|\son\w+=|javascript:/);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toMatch(/<script type="module" nonce="c0ffee" src="[^"]+"><\/script>/);
  expect(html.match(/https?:\/\/[^"; ]+/g)?.filter((address) => !address.includes('*'))).toEqual([
    page.styleUri,
    ...page.scriptUris,
  ]);
});

test('only who reads Chinese loads its phrases, before the page’s own script; the page says which language it speaks', () => {
  expect(inspectorScripts('zh-cn')).toEqual(['inspectorChinese.js', 'inspector.js']);
  expect(inspectorScripts('zh-Hans')).toEqual(['inspectorChinese.js', 'inspector.js']);
  for (const language of ['en', 'zh-tw', 'de']) expect(inspectorScripts(language)).toEqual(['inspector.js']);
  const spoken = (language: string): string | undefined =>
    /<html lang="([^"]*)">/.exec(inspectorPage({ ...page, language }))?.[1];
  expect(['zh-cn', 'zh-Hans', 'en', 'zh-tw', 'de'].map(spoken)).toEqual(['zh-CN', 'zh-CN', 'en', 'en', 'en']);
  const html = inspectorPage({ ...page, scriptUris: ['https://a/first.js', 'https://a/second.js'] });
  expect(html.match(/<script type="module" nonce="c0ffee" src="[^"]+"><\/script>/g)).toHaveLength(2);
  expect(html.indexOf('first.js')).toBeLessThan(html.indexOf('second.js'));
});

test('no text given to the page can add an element or an attribute to it', () => {
  const elements = (html: string): string[] => html.match(/<[a-z/!]+/gi) ?? [];
  const expected = elements(inspectorPage(page));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', "'", '<', '>', '&', 'a', ' ', '=') }), (text) => {
      const html = inspectorPage({
        ...page,
        title: text,
        scriptUris: [text],
        styleUri: text,
        language: text,
      });
      expect(elements(html)).toEqual(expected);
      expect(html.match(/"/g)).toHaveLength(inspectorPage(page).match(/"/g)!.length);
    }),
  );
});
