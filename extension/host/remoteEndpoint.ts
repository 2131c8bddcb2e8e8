import * as vscode from 'vscode';
import { NihiloError, toPlainError } from '../protocol/errors.ts';
import type { RemoteEndpoint } from '../protocol/remote.ts';
import { say } from '../protocol/sentence.ts';
import { readAddress } from '../remote/address.ts';
import { settingSource } from './configuration.ts';
import { reportFailure } from './failure.ts';
import { remoteSettings } from './settings.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

/** URLs that text may be sent to although they are not on this machine. */
const confirmedKey = 'nihilo.remote.confirmed';

/** One for each address: the key of one server is never sent to another. */
const keyOf = (url: string): string => `nihilo.remote.key:${new URL(url).origin}`;

/**
 * Which server's model takes part in suggestions: the one that the user's settings name, if it is on this machine or was confirmed, in a
 * workspace that is trusted. As long as none is set, nothing is asked of anybody.
 */
export class RemoteEndpoints implements vscode.Disposable {
  readonly #model: WorkspaceModel;
  readonly #context: Pick<vscode.ExtensionContext, 'globalState' | 'secrets'>;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable[];
  /** a later look overtakes an earlier one, which may wait for a person */
  #look = 0;

  constructor(
    model: WorkspaceModel,
    context: Pick<vscode.ExtensionContext, 'globalState' | 'secrets'>,
    log: vscode.LogOutputChannel,
  ) {
    this.#model = model;
    this.#context = context;
    this.#log = log;
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('nihilo.remote')) void this.#update();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#update()),
      context.secrets.onDidChange(({ key }) => {
        if (key.startsWith('nihilo.remote.key:')) void this.#update();
      }),
    ];
    void this.#update();
  }

  dispose(): void {
    this.#look++;
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** The command: keeps the server's key in the editor's secret storage; an empty one is forgotten. */
  async setKey(): Promise<void> {
    const { t } = vscode.l10n;
    const reading = readAddress(remoteSettings(settingSource()).endpoint);
    if (reading === null || 'problem' in reading) {
      void vscode.window.showWarningMessage(
        t('Set nihilo.remote.endpoint first: a key belongs to an address.'),
      );
      return;
    }
    const key = await vscode.window.showInputBox({
      title: t('Nihilo: Set Key of Remote Model'),
      prompt: t('Sent to {0} and nowhere else. Leave it empty to forget the key.', reading.url),
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    const { secrets } = this.#context;
    if (key.trim() === '') await secrets.delete(keyOf(reading.url));
    else await secrets.store(keyOf(reading.url), key.trim());
  }

  async #update(): Promise<void> {
    const look = ++this.#look;
    // Until it is known that it may take part, none does.
    this.#model.useRemote(null);
    try {
      const endpoint = await this.#endpoint();
      if (look !== this.#look || endpoint === null) return;
      this.#log.info(`remote: ${endpoint.url}`);
      this.#model.useRemote(endpoint);
    } catch (error) {
      if (look === this.#look) void reportFailure(error, this.#log);
    }
  }

  async #endpoint(): Promise<RemoteEndpoint | null> {
    const { endpoint, model, milliseconds } = remoteSettings(settingSource());
    const reading = readAddress(endpoint);
    if (reading === null) return null;
    if (!vscode.workspace.isTrusted) {
      this.#log.info('remote: off in Restricted Mode');
      return null;
    }
    if ('problem' in reading) {
      void vscode.window.showWarningMessage(problemSentence(reading.problem));
      return null;
    }
    const { url } = reading;
    if (!reading.isLoopback && !(await this.#isConfirmed(url, reading.isEncrypted))) return null;
    const key = await this.#keyFor(url);
    return { url, model: model === '' ? null : model, key, maxMilliseconds: milliseconds };
  }

  /** @throws {NihiloError} storageFailed, where the editor's secrets are locked, or have no place on this machine */
  async #keyFor(url: string): Promise<string | null> {
    try {
      return (await this.#context.secrets.get(keyOf(url))) ?? null;
    } catch (error) {
      throw new NihiloError(
        'storageFailed',
        say`The key of ${url} should have been read from the editor's secret storage and could not be (${toPlainError(error).message}); no server takes part until the window is reloaded.`,
        { cause: error },
      );
    }
  }

  async #isConfirmed(url: string, isEncrypted: boolean): Promise<boolean> {
    const { t } = vscode.l10n;
    const { globalState } = this.#context;
    const confirmed = (): readonly string[] => globalState.get<readonly string[]>(confirmedKey, []);
    if (confirmed().includes(url)) return true;
    const yes = t('Send');
    const sentence = isEncrypted
      ? t('Nihilo is set to send text of your files, as you write in them, to {0}. Send it there?', url)
      : t(
          'Nihilo is set to send text of your files, as you write in them, unencrypted to {0}. Send it there?',
          url,
        );
    if ((await vscode.window.showWarningMessage(sentence, yes, t('Don’t Send'))) !== yes) return false;
    await globalState.update(confirmedKey, [...confirmed(), url]);
    return true;
  }
}

function problemSentence(problem: 'unreadable' | 'scheme' | 'credentials'): string {
  const { t } = vscode.l10n;
  switch (problem) {
    case 'unreadable':
      return t(
        'nihilo.remote.endpoint should be an address such as http://127.0.0.1:8080 and is none; no server takes part.',
      );
    case 'scheme':
      return t(
        'nihilo.remote.endpoint should begin with http:// or https:// and does not; no server takes part.',
      );
    case 'credentials':
      return t(
        'nihilo.remote.endpoint should hold no name or password and does; run Nihilo: Set Key of Remote Model instead. No server takes part.',
      );
  }
}
