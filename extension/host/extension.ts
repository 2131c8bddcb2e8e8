import * as vscode from 'vscode';
import type { EventLoopDelay, EventLoopWatch } from '../platform/eventLoop.ts';
import type { Platform } from '../platform/platform.ts';
import { stageIds } from '../protocol/stages.ts';
import { askedPlace } from './askedPlace.ts';
import { auditWorkspace } from './audit.ts';
import { commands, contextKeys } from './commands.ts';
import { CompletionProvider } from './completionProvider.ts';
import { openCorpus, pathOf, setEnabled, settingSource } from './configuration.ts';
import { dontLearn, forget, learnAgain, type Target } from './corpusCommands.ts';
import { CorpusView } from './corpusView.ts';
import { deleteModel } from './deleteModel.ts';
import { reportFailure } from './failure.ts';
import { Inspector } from './inspectorPanel.ts';
import { LanguageServer } from './languageServer.ts';
import { type LatencySummary, measurementsLine } from './latency.ts';
import { exportModel, importModel } from './interchange.ts';
import { learnOnSave } from './learnOnSave.ts';
import { showMenu } from './menu.ts';
import { forgetUnwanted, openRecords, recordCommands, type Records } from './records.ts';
import { RemoteEndpoints } from './remoteEndpoint.ts';
import { completionSettings, doubtLimits, reproducible, usesBase } from './settings.ts';
import type { SilenceRecord } from './silenceRecord.ts';
import { languageOff, StatusBar } from './statusBar.ts';
import { fineTuneOnWorkspace, logTraining, trainFurther, trainOnWorkspace } from './training.ts';
import { Surprises } from './surprises.ts';
import { trainWhenIdle } from './trainWhenIdle.ts';
import { followFiles } from './workspaceFiles.ts';
import { lastGroup, WordProvider } from './wordProvider.ts';
import { WorkspaceModel } from './workspaceModel.ts';

/** What other extensions and tests get from this one. */
export interface NihiloApi {
  /** how long the completions of this window took, from the provider being asked to its answer */
  latency(): LatencySummary;
  /** how long the extension host was blocked, by this extension or another, since this one was activated */
  eventLoopDelay(): EventLoopDelay;
}

/** What the extension runs on: Node or a browser. */
export interface Machine {
  readonly platform: Platform;
  readonly eventLoop: EventLoopWatch;
}

/** Folders may be of any file system; the provider looks which documents are in them. */
const documents: vscode.DocumentSelector = { scheme: '*' };

let model: WorkspaceModel | null = null;

export function activateOn(context: vscode.ExtensionContext, { platform, eventLoop }: Machine): NihiloApi {
  const start = performance.now();
  const log = vscode.window.createOutputChannel('Nihilo', { log: true });
  const workspaceModel = new WorkspaceModel(platform, checkpointOf(context), {
    corpus: openCorpus,
    reproducible: () => reproducible(settingSource()),
    base: () => (usesBase(settingSource()) ? platform.baseModel : null),
  });
  model = workspaceModel;
  const records = openRecords(workspaceModel, platform, context.workspaceState, log);
  const { latency, silences, reports } = records;
  const inspector = openInspector(context, workspaceModel, records, log);
  const surprises = new Surprises(workspaceModel, log);
  const corpusView = new CorpusView(workspaceModel, log);
  const remote = new RemoteEndpoints(workspaceModel, context, log);
  context.subscriptions.push(
    log,
    corpusView,
    remote,
    eventLoop,
    inspector,
    surprises,
    silences,
    records.statistics,
    reports,
    records.view,
    new StatusBar(workspaceModel, silences),
    ...followState(workspaceModel, silences, log),
    workspaceModel.onTrainingEvent(({ type }) => {
      if (type === 'stage') reports.cancel();
    }),
    ...learnOnSave(workspaceModel, platform.cores, log),
    records.statistics.onOutcome((outcome) => forgetUnwanted(workspaceModel, outcome)),
    ...trainWhenIdle(workspaceModel, platform, log),
    ...followFiles(workspaceModel, log),
    ...registerProviders(workspaceModel, records, log),
    ...registerCommands(
      handlersOf({
        workspaceModel,
        platform,
        log,
        records,
        inspector,
        surprises,
        corpusView,
        remote,
        eventLoop,
      }),
    ),
  );
  // The first suggestion may come before the model is there; the window must not wait for it. Who wants none has no base loaded.
  if (completionSettings(settingSource()).enabled) workspaceModel.wantIndex();
  else void workspaceModel.loadOwn();
  log.debug(`activated in ${(performance.now() - start).toFixed(1)} ms`);
  return { latency: () => latency.summary(), eventLoopDelay: () => eventLoop.delay() };
}

/** Suggestions, and words where nobody else has any; what the model asks for, both of them know. */
function registerProviders(
  model: WorkspaceModel,
  records: Records,
  log: vscode.LogOutputChannel,
): vscode.Disposable[] {
  const server = new LanguageServer();
  return [
    vscode.languages.registerInlineCompletionItemProvider(
      documents,
      new CompletionProvider(model, records, server, log),
    ),
    vscode.languages.registerCompletionItemProvider(
      lastGroup,
      new WordProvider(model, records.silences, server, log),
    ),
  ];
}

interface Parts {
  readonly workspaceModel: WorkspaceModel;
  readonly platform: Platform;
  readonly log: vscode.LogOutputChannel;
  readonly records: Records;
  readonly inspector: Inspector;
  readonly surprises: Surprises;
  readonly corpusView: CorpusView;
  readonly remote: RemoteEndpoints;
  readonly eventLoop: EventLoopWatch;
}

function openInspector(
  { extensionUri }: vscode.ExtensionContext,
  model: WorkspaceModel,
  { statistics, recent }: Records,
  log: vscode.LogOutputChannel,
): Inspector {
  const actions = {
    train: () => void vscode.commands.executeCommand(commands.train),
    stopTraining: () => model.stopTraining(),
    showLog: () => void vscode.commands.executeCommand(commands.showLog),
    failed: (error: unknown) => void reportFailure(error, log),
    report: (stack: string) => log.error(`inspector: ${stack}`),
    openInspector: () => void vscode.commands.executeCommand(commands.openInspector),
  };
  return new Inspector(extensionUri, model, actions, recent, () => ({
    limits: doubtLimits(settingSource()),
    record: statistics.statistics.precedents,
  }));
}

/** What each command does. */
function handlersOf(parts: Parts): Handlers {
  const { workspaceModel, platform, log, records, inspector, surprises, corpusView, remote, eventLoop } =
    parts;
  const { latency, silences, reports } = records;
  return {
    train: () => reports.after(trainOnWorkspace(workspaceModel, platform.cores, log)),
    trainFurther: () => reports.after(trainFurther(workspaceModel, platform.cores, log)),
    fineTune: () => reports.after(fineTuneOnWorkspace(workspaceModel, platform.cores, log)),
    stopTraining: () => workspaceModel.stopTraining(),
    pauseTraining: () => workspaceModel.pauseTraining(),
    resumeTraining: () => workspaceModel.resumeTraining(),
    openInspector: (named) => {
      const stage = stageIds.find((id) => id === named);
      inspector.show(stage);
      if (stage !== undefined) void vscode.commands.executeCommand('setContext', contextKeys.chapter, stage);
    },
    focusInspector: () => inspector.focus('inspector'),
    focusTokenStrip: () => inspector.focus('tokenStrip'),
    focusDetails: () => inspector.focus('details'),
    startFromNothing: () => inspector.startFromNothing(),
    whyThisCompletion: (place) => inspector.why(askedPlace(place)),
    pencil: (place) => inspector.pencil(askedPlace(place)),
    pencilNumber: (of) => inspector.onNumber('pencil', of),
    copyNumber: (of) => inspector.onNumber('copy', of),
    markSurprise: () => surprises.mark(true),
    unmarkSurprise: () => surprises.mark(false),
    deleteModel: () => deleteModel(workspaceModel, platform.files, log),
    toggleLanguage,
    showLog: () => {
      log.info(measurementsLine(latency.summary(), eventLoop.delay()));
      log.show();
    },
    showMenu: () => showMenu(workspaceModel, silences),
    ...recordCommands(records),
    showCorpus: () => vscode.commands.executeCommand('nihilo.corpus.focus'),
    refreshCorpus: () => corpusView.refresh(),
    dontLearn: (target) => dontLearn(target, log),
    learnAgain: (target) => learnAgain(target, log),
    forgetFile: (target) => forget(target, workspaceModel, log),
    audit: () => auditWorkspace(workspaceModel, platform, log),
    exportModel: () => exportModel(workspaceModel, platform, log),
    importModel: () => importModel(workspaceModel, platform, log),
    setRemoteKey: () => remote.setKey(),
  };
}

/** VS Code waits a few seconds for this when a window is closed: time to keep the best model of a training. */
export async function deactivate(): Promise<void> {
  await model?.dispose();
}

/** One folder a workspace, in the editor's own storage: never inside what the user works on, and never synced. */
function checkpointOf({ storageUri, globalStorageUri }: vscode.ExtensionContext): string {
  // A window without a folder has no storage of its own, and nothing to train on either.
  return pathOf(vscode.Uri.joinPath(storageUri ?? globalStorageUri, 'model'));
}

/** Of these anybody may write a link: what they are given is looked at first. */
type Linked = 'openInspector' | 'whyThisCompletion' | 'pencil' | 'pencilNumber' | 'copyNumber';

/** Given what a command of a menu is about. */
type Handlers = {
  readonly [Name in keyof typeof commands]: (target?: Name extends Linked ? unknown : Target) => unknown;
};

function registerCommands(handlers: Handlers): vscode.Disposable[] {
  return Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(commands[name as keyof typeof commands], handler),
  );
}

/** Keeps the log and the `when` clauses of the manifest in step with the model. */
function followState(
  model: WorkspaceModel,
  silences: SilenceRecord,
  log: vscode.LogOutputChannel,
): { dispose(): void }[] {
  let { state, index, remote } = model;
  const shown = new Map<string, boolean>();
  const setContext = (key: string, value: boolean): void => {
    if (shown.get(key) === value) return;
    shown.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  return [
    model.onTrainingEvent((event) => logTraining(event, log)),
    silences.onDidChange(() => setContext(contextKeys.snoozed, silences.isSnoozed)),
    model.onNotice((sentence) => log.warn(`index: ${sentence}`)),
    model.onDidChange(() => {
      setContext(contextKeys.training, model.training !== null);
      setContext(contextKeys.paused, model.training?.paused ?? false);
      setContext(contextKeys.counted, model.index.predicting !== null);
      setContext(contextKeys.stored, model.isTrained || model.state.state === 'failed');
      setContext(contextKeys.imported, model.origin === 'imported');
      if (model.index !== index) {
        index = model.index;
        log.info(`index: ${JSON.stringify(index)}`);
      }
      if (model.remote !== remote) {
        remote = model.remote;
        if (remote !== null) log.info(`remote: ${JSON.stringify(remote)}`);
      }
      if (model.state === state) return;
      state = model.state;
      if (state.state === 'failed')
        log.error(`model: ${state.error.code}: ${state.error.stack ?? state.error.message}`);
      else
        log.info(
          state.state === 'ready' ? `model ready: ${JSON.stringify(state.model)}` : `model ${state.state}`,
        );
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      const base = change.affectsConfiguration('nihilo.base');
      if (!base && !change.affectsConfiguration('nihilo.engine')) return;
      // A training that ends loads anew in any case; what nobody has wanted yet is loaded by then.
      if (model.training === null && model.isWanted) void model.load();
      if (base) void model.buildIndex();
    }),
  ];
}

async function toggleLanguage(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document !== undefined) await setEnabled(document, languageOff() !== null);
}
