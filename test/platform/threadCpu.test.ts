import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { threadCpuSeconds } from '../../extension/platform/threadCpu.ts';

const source = new URL('../../extension/platform/threadCpu.ts', import.meta.url).href;

/** A thread that computes until it has had so much, with Node's own figure or without it. */
async function computeFor(seconds: number, withNode: boolean): Promise<number> {
  const code = `
    import { parentPort } from 'node:worker_threads';
    if (!${withNode}) process.threadCpuUsage = undefined;
    const { threadCpuSeconds } = await import(${JSON.stringify(source)});
    while (threadCpuSeconds() < ${seconds}) for (let i = 0; i < 1e6; i++);
    parentPort.postMessage(threadCpuSeconds());
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const told = await new Promise<number>((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
  });
  await worker.terminate();
  return told;
}

it.runIf(process.platform === 'linux').each([true, false])(
  'is the thread’s own: one that waits has none of what another one computes (Node’s figure: %s)',
  async (withNode) => {
    const [own, whole] = [threadCpuSeconds()!, process.cpuUsage()];
    const told = await computeFor(0.5, withNode);
    const { user, system } = process.cpuUsage(whole);
    expect(told).toBeGreaterThanOrEqual(0.5);
    // Ticks are hundredths of a second.
    expect(told).toBeLessThanOrEqual((user + system) / 1e6 + 0.02);
    expect(threadCpuSeconds()! - own).toBeLessThan(0.5);
  },
);
