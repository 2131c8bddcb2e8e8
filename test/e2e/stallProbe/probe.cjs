// Writes a line for each time that the extension host's thread has computed without a break for longer than a threshold,
// with the share of it that Nihilo's code, or what it called, was running: all extensions of a window share the thread.
// On command it writes how much memory is in use.
// It is the thread's own processor time that counts: on a busy machine a thread also stands still because others run.
const { appendFileSync, mkdirSync } = require('node:fs');
const { Session } = require('node:inspector');
const path = require('node:path');
const { commands, workspace } = require('vscode');
const { memoryInUse } = require('./memory.cjs');

const tickMs = 5;
const notedMs = 15;
/** A profile is thrown away after so long: it must reach back over one stall only. */
const profileMs = 5_000;

exports.activate = ({ logUri, subscriptions }) => {
  mkdirSync(logUri.fsPath, { recursive: true });
  const file = path.join(logUri.fsPath, 'stalls.jsonl');
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const measure = async () => {
    const line = JSON.stringify({ folder, ...(await memoryInUse()) });
    appendFileSync(path.join(logUri.fsPath, 'memory.jsonl'), `${line}\n`);
  };
  subscriptions.push(commands.registerCommand('stallProbe.measureMemory', measure));
  const profiler = new Session();
  profiler.connect();
  profiler.post('Profiler.enable');
  profiler.post('Profiler.setSamplingInterval', { interval: 1_000 });
  profiler.post('Profiler.start');
  let last = computedMs();
  let tickedAt = performance.now();
  let startedAt = tickedAt;
  setInterval(() => {
    const milliseconds = computedMs() - last;
    const wallMs = performance.now() - tickedAt;
    if (milliseconds >= notedMs) {
      profiler.post('Profiler.stop', (error, { profile } = {}) => {
        if (error) throw error;
        // Samples tell how it was shared, not how long it computed.
        const oursMs = milliseconds * Math.min(1, nihiloMs(profile, wallMs) / wallMs);
        appendFileSync(file, `${JSON.stringify({ folder, at: Date.now(), milliseconds, oursMs })}\n`);
      });
    } else if (performance.now() - startedAt >= profileMs) {
      profiler.post('Profiler.stop');
    }
    if (milliseconds >= notedMs || performance.now() - startedAt >= profileMs) {
      profiler.post('Profiler.start');
      startedAt = performance.now();
    }
    last = computedMs();
    tickedAt = performance.now();
  }, tickMs).unref();
};

/** How long Nihilo's code was on the stack in the last `wallMs` of a profile. */
function nihiloMs({ nodes, samples, timeDeltas, startTime, endTime }, wallMs) {
  const ours = new Set();
  const mark = (node, within) => {
    const inside = within || /nihilo\.nihilo-[^/]*\/dist\/extension\.js/.test(node.callFrame.url);
    if (inside) ours.add(node.id);
    for (const child of node.children ?? []) mark(byId.get(child), inside);
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  mark(nodes[0], false);
  let at = startTime;
  let total = 0;
  samples.forEach((id, i) => {
    at += timeDeltas[i];
    if (ours.has(id) && endTime - at <= wallMs * 1_000) total += (timeDeltas[i + 1] ?? 0) / 1_000;
  });
  return total;
}

function computedMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
