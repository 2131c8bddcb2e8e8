/** Every command; the manifest is held to this table. */
export const commands = {
  train: 'nihilo.train',
  trainFurther: 'nihilo.trainFurther',
  fineTune: 'nihilo.fineTune',
  stopTraining: 'nihilo.stopTraining',
  pauseTraining: 'nihilo.pauseTraining',
  resumeTraining: 'nihilo.resumeTraining',
  openInspector: 'nihilo.openInspector',
  focusInspector: 'nihilo.focusInspector',
  focusTokenStrip: 'nihilo.focusTokenStrip',
  focusDetails: 'nihilo.focusDetails',
  startFromNothing: 'nihilo.startFromNothing',
  whyThisCompletion: 'nihilo.whyThisCompletion',
  pencil: 'nihilo.pencil',
  pencilNumber: 'nihilo.pencilNumber',
  copyNumber: 'nihilo.copyNumber',
  markSurprise: 'nihilo.markSurprise',
  unmarkSurprise: 'nihilo.unmarkSurprise',
  deleteModel: 'nihilo.deleteModel',
  toggleLanguage: 'nihilo.toggleLanguage',
  showLog: 'nihilo.showLog',
  showMenu: 'nihilo.showMenu',
  snooze: 'nihilo.snooze',
  endSnooze: 'nihilo.endSnooze',
  showStatistics: 'nihilo.showStatistics',
  resetStatistics: 'nihilo.resetStatistics',
  makeReportCard: 'nihilo.makeReportCard',
  showCorpus: 'nihilo.showCorpus',
  refreshCorpus: 'nihilo.refreshCorpus',
  dontLearn: 'nihilo.dontLearn',
  learnAgain: 'nihilo.learnAgain',
  forgetFile: 'nihilo.forgetFile',
  audit: 'nihilo.audit',
  exportModel: 'nihilo.exportModel',
  importModel: 'nihilo.importModel',
  setRemoteKey: 'nihilo.setRemoteKey',
} as const;

/** What `when` clauses and the walkthrough in the manifest ask. */
export const contextKeys = {
  training: 'nihilo.training',
  paused: 'nihilo.paused',
  /** there is a checkpoint, whether it can be loaded or not */
  stored: 'nihilo.stored',
  /** the model that answers was imported */
  imported: 'nihilo.imported',
  /** as far as it is known: the editor does not tell */
  snoozed: 'nihilo.snoozed',
  /** the workspace's files are counted */
  counted: 'nihilo.counted',
  /** the stage that a chapter of the walkthrough has opened last: the editor can't tell a command's arguments apart */
  chapter: 'nihilo.chapter',
  /** what is surprising is marked */
  marked: 'nihilo.marked',
  /** and could be in the active editor */
  markable: 'nihilo.markable',
} as const;
