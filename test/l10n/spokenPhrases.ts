import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { leftOutReasons } from '../../extension/corpus/leftOut.ts';

const host = new URL('../../extension/host/', import.meta.url);

/** Every phrase that the host hands to `vscode.l10n.t`, also where it is called by the name `t` alone. */
export function spokenPhrases(): string[] {
  const names = readdirSync(host).filter((name) => name.endsWith('.ts'));
  const phrases = names.flatMap((name) => phrasesIn(name, readFileSync(new URL(name, host), 'utf8')));
  return [...new Set([...phrases, ...Object.values(leftOutReasons)])];
}

/** @throws where a phrase is computed: no bundle could hold it */
export function phrasesIn(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const phrases: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslation(node.expression)) {
      const [phrase] = node.arguments;
      // A table of plain strings, all of which are phrases.
      if (phrase?.getText().startsWith('leftOutReasons[') === true) return;
      if (phrase === undefined || !ts.isStringLiteralLike(phrase)) {
        throw new Error(`Expected a plain string in ${name}, got ${node.getText()}.`);
      }
      phrases.push(phrase.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return phrases;
}

function isTranslation(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 't';
  return ts.isPropertyAccessExpression(callee) && /\bl10n\s*\.\s*t$/.test(callee.getText());
}
