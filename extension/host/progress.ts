import * as vscode from 'vscode';

/** @param percent of all of it; null: it is not known. What is less than before is not gone back to */
type Report = (percent: number | null, message?: string) => void;

/** Work that a notification follows, with a button that ends it. @param cancel called when a person presses it */
export function underNotification<Result>(
  title: string,
  cancel: () => void,
  work: (report: Report) => Promise<Result>,
): Thenable<Result> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  return vscode.window.withProgress(options, async (progress, stop) => {
    const stopping = stop.onCancellationRequested(cancel);
    let shown = 0;
    const report: Report = (percent, message) => {
      const increment = Math.max(0, (percent ?? shown) - shown);
      shown += increment;
      progress.report(message === undefined ? { increment } : { message, increment });
    };
    try {
      return await work(report);
    } finally {
      stopping.dispose();
    }
  });
}
