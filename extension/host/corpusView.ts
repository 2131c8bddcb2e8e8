import * as vscode from 'vscode';
import { leftOutReasons } from '../corpus/leftOut.ts';
import type { CorpusEntry, CorpusPage } from '../protocol/corpus.ts';
import { NihiloError } from '../protocol/errors.ts';
import { uriInOpenFolders } from './configuration.ts';
import {
  childrenOf,
  type CorpusNode,
  type CorpusPlace,
  isOpenable,
  nameOf,
  placeOf,
  sizeText,
} from './corpusTree.ts';
import { logFailure, spoken } from './failure.ts';
import type { WorkspaceModel } from './workspaceModel.ts';

const viewId = 'nihilo.corpus';
/** A build writes for a while; the workspace is read once, behind it. */
const restMs = 2_000;

/** The tree *What Nihilo Learns From*: the indexer reads and judges, a page at a time comes to be shown. */
export class CorpusView implements vscode.TreeDataProvider<CorpusNode> {
  readonly #model: WorkspaceModel;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #view: vscode.TreeView<CorpusNode>;
  readonly #subscriptions: { dispose(): void }[];
  #edition = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #outdated = false;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(model: WorkspaceModel, log: vscode.LogOutputChannel) {
    this.#model = model;
    this.#log = log;
    this.#view = vscode.window.createTreeView(viewId, { treeDataProvider: this });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible && this.#outdated) this.refresh();
      }),
      model.onFilesChanged(() => this.#refreshSoon()),
      model.onTrainingEvent(({ type }) => {
        // What the model has learnt from is another then.
        if (type === 'done') this.#refreshSoon();
      }),
    ];
  }

  /** Reads the workspace anew. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#outdated = false;
    this.#edition++;
    this.#changed.fire();
  }

  async getChildren(node?: CorpusNode): Promise<CorpusNode[]> {
    if (node === undefined) {
      return [
        { kind: 'side', side: 'learnt' },
        { kind: 'side', side: 'leftOut' },
      ];
    }
    const place = placeOf(node);
    return place === null ? [] : childrenOf(place, await this.#page(place));
  }

  async getTreeItem(node: CorpusNode): Promise<vscode.TreeItem> {
    switch (node.kind) {
      case 'side':
        return this.#sideItem(node);
      case 'page':
        return pageItem(node);
      case 'entry':
        return entryItem(node.entry);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #sideItem(node: Extract<CorpusNode, { kind: 'side' }>): Promise<vscode.TreeItem> {
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const learnt = node.side === 'learnt';
    const label = learnt ? vscode.l10n.t('Learnt from') : vscode.l10n.t('Left out');
    const item = new vscode.TreeItem(label, learnt ? Expanded : Collapsed);
    item.id = node.side;
    item.iconPath = new vscode.ThemeIcon(learnt ? 'mortar-board' : 'circle-slash');
    item.description = totals(await this.#page({ side: node.side, folder: '', from: 0 }));
    return item;
  }

  /** Nothing where the workspace can't be read: the log says why, and a tree has no other place to. */
  async #page({ side, folder, from }: CorpusPlace): Promise<CorpusPage> {
    try {
      const page = await this.#model.list({ side, folder, from, edition: this.#edition });
      this.#view.message = '';
      return page;
    } catch (error) {
      if (!(error instanceof NihiloError)) throw error;
      logFailure(error, this.#log, 'corpus');
      this.#view.message = spoken(error.sentence);
      return { entries: [], total: 0, files: 0, bytes: 0 };
    }
  }

  #refreshSoon(): void {
    this.#outdated = true;
    if (!this.#view.visible) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), restMs);
  }
}

function totals({ files, bytes }: CorpusPage): string {
  const count = files.toLocaleString();
  return files === 1
    ? vscode.l10n.t('1 file, {0}', sizeText(bytes))
    : vscode.l10n.t('{0} files, {1}', count, sizeText(bytes));
}

function pageItem({ side, folder, from, to, total }: Extract<CorpusNode, { kind: 'page' }>): vscode.TreeItem {
  const [first, last, all] = [from + 1, to, total].map((count) => count.toLocaleString());
  const label = vscode.l10n.t('{0} to {1} of {2}', first!, last!, all!);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${side}:${folder}:${from}`;
  return item;
}

function entryItem(entry: CorpusEntry): vscode.TreeItem {
  const { path } = entry;
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(nameOf(path), isOpenable(entry) ? Collapsed : None);
  const uri = uriInOpenFolders(path);
  if (uri !== null) item.resourceUri = uri;
  item.iconPath = path.endsWith('/') ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  item.description = describe(entry).join(', ');
  item.tooltip = [path, ...describe(entry)].join('\n');
  // No rule of a folder of the workspace leaves out the folder itself.
  if (uri !== null) item.contextValue = kindOf(entry);
  if (uri !== null && !path.endsWith('/')) {
    item.command = { command: 'vscode.open', title: vscode.l10n.t('Open File'), arguments: [uri] };
  }
  return item;
}

/** What can be done with it, as menus ask. */
function kindOf(entry: CorpusEntry): string {
  if (entry.reason === 'excluded') return 'excluded';
  return entry.reason !== null || (isOpenable(entry) && entry.inModel) ? 'leftOut' : 'learnt';
}

function describe({ path, reason, bytes, secrets, files, inModel }: CorpusEntry): string[] {
  const parts: string[] = [];
  if (reason !== null) parts.push(spoken(leftOutReasons[reason]));
  if (path.endsWith('/') && files > 0) {
    parts.push(files === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', files.toLocaleString()));
  }
  if (bytes !== null && !(path.endsWith('/') && files === 0)) parts.push(sizeText(bytes));
  if (secrets === 1) parts.push(vscode.l10n.t('1 secret removed'));
  if (secrets > 1) parts.push(vscode.l10n.t('{0} secrets removed', secrets));
  if (inModel) parts.push(vscode.l10n.t('in the model until it is trained anew'));
  return parts;
}
