import * as vscode from 'vscode';
import type { AskedPlace } from './askedPlace.ts';
import { commands } from './commands.ts';
import { codeSpan, commandLink } from './hoverMarkdown.ts';
import { quotedText, quotedToken, type SurpriseRange } from './surpriseRanges.ts';

/** How likely a token of a document was, what else might have come, and the way to both calculations. @param vocabulary its size */
export function surpriseHover(
  document: vscode.TextDocument,
  found: SurpriseRange,
  vocabulary: number,
): vscode.Hover {
  const { t } = vscode.l10n;
  const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
  const text = codeSpan(quotedText(document.getText(range)));
  const others = found.others
    .map(({ bytes, probability }) => `${codeSpan(quotedToken(bytes))} ${probabilityShown(probability)}`)
    .join(', ');
  const { line, character } = range.start;
  const place: AskedPlace = { uri: document.uri.toString(), line: line + 1, column: character + 1 };
  const said = new vscode.MarkdownString(
    [
      `${text} p ${probabilityShown(2 ** -found.bits)} (${t('{0} of {1}', rankShown(found.rank), counted(vocabulary))})`,
      t('{0} bits', found.bits.toFixed(1)),
      t('also {0}', others),
      commandLink(t('Why?'), commands.whyThisCompletion, place),
      commandLink(t('Pencil'), commands.pencil, place),
    ].join(' · '),
  );
  said.isTrusted = { enabledCommands: [commands.whyThisCompletion, commands.pencil] };
  return new vscode.Hover(said, range);
}

function probabilityShown(probability: number): string {
  return probability.toPrecision(2);
}

function counted(number: number): string {
  return number.toLocaleString('en');
}

function rankShown(rank: number): string {
  const { t } = vscode.l10n;
  const number = counted(rank);
  switch (new Intl.PluralRules('en', { type: 'ordinal' }).select(rank)) {
    case 'one':
      return t('{0}st', number);
    case 'two':
      return t('{0}nd', number);
    case 'few':
      return t('{0}rd', number);
    default:
      return t('{0}th', number);
  }
}
