import * as vscode from 'vscode';
import type { RemoteFailure } from '../protocol/remote.ts';

/** One sentence for the status bar: why the server takes no part. */
export function awaySentence(failure: RemoteFailure): string {
  const { t } = vscode.l10n;
  switch (failure.kind) {
    case 'late':
      return t(
        'The server (nihilo.remote.endpoint) takes no part for a while: it needs more than {0} ms (nihilo.remote.milliseconds).',
        failure.milliseconds,
      );
    case 'unreachable':
      return t('The server (nihilo.remote.endpoint) takes no part: it is not reached ({0}).', failure.code);
    case 'refused':
      return t(
        'The server (nihilo.remote.endpoint) takes no part: it refuses with HTTP {0}.',
        failure.status,
      );
    case 'otherTokens':
      return t(
        'The server (nihilo.remote.endpoint) takes no part: its model has other tokens than the one that completes here.',
      );
    case 'unusable':
      return t(
        'The server (nihilo.remote.endpoint) takes no part: it does not answer as llama.cpp or vLLM do ({0}).',
        failure.detail,
      );
  }
}
