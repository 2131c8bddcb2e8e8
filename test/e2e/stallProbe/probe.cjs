// Writes a line for each time that the extension host's thread has computed without a break for longer than a threshold.
// It is the thread's own processor time that counts: on a busy machine a thread also stands still because others run.
const { appendFileSync, mkdirSync } = require('node:fs');
const path = require('node:path');
const { workspace } = require('vscode');

const tickMs = 5;
const notedMs = 25;

exports.activate = ({ logUri }) => {
  mkdirSync(logUri.fsPath, { recursive: true });
  const file = path.join(logUri.fsPath, 'stalls.jsonl');
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  let last = computedMs();
  setInterval(() => {
    const now = computedMs();
    if (now - last >= notedMs) {
      appendFileSync(file, `${JSON.stringify({ folder, at: Date.now(), milliseconds: now - last })}\n`);
    }
    last = now;
  }, tickMs).unref();
};

function computedMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
