import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const extension = new URL('../../extension/', import.meta.url);

/** The command line speaks English, and the page of the Inspector is told what it says. */
const elsewhere = /^(bench|cli|webview)[\\/]/;

/** Every phrase that is handed to `vscode.l10n.t`, also where it is called by the name `t` alone, and every template of `say`. */
export function spokenPhrases(): string[] {
  const names = readdirSync(extension, { recursive: true, encoding: 'utf8' });
  const sources = names.filter((name) => name.endsWith('.ts') && !elsewhere.test(name));
  const phrases = sources.flatMap((name) => phrasesIn(name, readFileSync(new URL(name, extension), 'utf8')));
  return [...new Set(phrases)];
}

/** @throws where a phrase is computed: no bundle could hold it */
export function phrasesIn(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const phrases: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslation(node.expression)) {
      const [phrase] = node.arguments;
      // What `say` has made is found where it was said.
      if (phrase?.getText() === 'template') return;
      if (phrase === undefined || !ts.isStringLiteralLike(phrase)) {
        throw new Error(`Expected a plain string in ${name}, got ${node.getText()}.`);
      }
      phrases.push(phrase.text);
    }
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'say') {
      phrases.push(templateOf(node.template));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return phrases;
}

/** As `say` makes it. */
function templateOf(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return template.templateSpans.reduce(
    (before, { literal }, i) => `${before}{${i}}${literal.text}`,
    template.head.text,
  );
}

function isTranslation(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 't';
  return ts.isPropertyAccessExpression(callee) && /\bl10n\s*\.\s*t$/.test(callee.getText());
}
