import * as vscode from 'vscode';
import type { SilenceReason } from './silence.ts';

/** One sentence for the status bar and the menu. */
export function silenceSentence(reason: SilenceReason): string {
  const { t } = vscode.l10n;
  switch (reason.kind) {
    case 'otherScheme':
      return t('No suggestions here: text of the kind "{0}" is not completed.', reason.scheme);
    case 'languageOff':
      return t('Off here, because the setting nihilo.enabled is off for the language {0}.', reason.language);
    case 'excludedFile':
      return t('Off here, because nihilo.completion.exclude has "{0}".', reason.glob);
    case 'secretFile':
      return t('Off here, because files of this name hold secrets.');
    case 'tooLarge':
      return t('Off here, because the file is too large.');
    case 'manual':
      return t('Suggestions come when you ask for them (nihilo.completion.trigger).');
    case 'editorOff':
      return t(
        'Suggestions come when you ask for them, because the setting editor.inlineSuggest.enabled is off.',
      );
    case 'snoozed':
      return t('Suggestions are snoozed until {0}.', timeOf(reason.untilMs));
    case 'noModel':
      return t('There is nothing to complete with yet.');
    case 'indexNotReady':
      return t('No suggestions yet: the files of the workspace are being counted.');
    case 'insideWord':
      return t('No suggestion here: the cursor stands inside a word.');
    case 'textBehind':
      return t('No suggestion here: there is text behind the cursor.');
    case 'listElsewhere':
      return t('No suggestion here: the chosen entry of the list ends elsewhere.');
    case 'unwanted':
      return t('No suggestion here: it was not wanted twice on this line.');
    case 'standsThere':
      return t('No suggestion here: it would repeat what stands above or below.');
    case 'unsure':
      return reason.probability === null
        ? t('No suggestion here: nothing is likely enough.')
        : t('No suggestion here: not sure enough (p = {0}).', reason.probability.toFixed(2));
    case 'lineEnds':
      return t('No suggestion here: the line seems to be complete.');
    case 'tooShort':
      return t('No suggestion here: what is missing is quicker typed than read.');
    case 'late':
      return t('No suggestion here: it would have come too late.');
    case 'failed':
      return t('No suggestion, because of a failure: {0}', reason.sentence);
  }
}

function timeOf(milliseconds: number): string {
  const options = { hour: '2-digit', minute: '2-digit' } as const;
  return new Date(milliseconds).toLocaleTimeString(vscode.env.language, options);
}
