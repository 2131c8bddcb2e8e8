import { createInterface } from 'node:readline';
import { peakRss } from '../platform/peakRss.ts';
import type { ContestRequest } from './contestant.ts';

/** What a measuring process has open. */
interface Served {
  readonly facts: object;
  run(): object | Promise<object>;
  close(): Promise<void>;
}

/**
 * The measuring process's side of `Contestant`: one request a line on stdin, one answer a line on stdout. The end of stdin ends the
 * process.
 * @param open what `open` asks for
 */
export async function serveTrials<Subject>(open: (subject: Subject) => Promise<Served>): Promise<never> {
  let served: Served | null = null;
  const answer = async (request: ContestRequest<Subject>): Promise<object> => {
    switch (request.do) {
      case 'open':
        await served?.close();
        served = await open(request.subject);
        return served.facts;
      case 'try':
        if (served === null) throw new Error('a try of nothing');
        return served.run();
      case 'close':
        await served?.close();
        served = null;
        return { rssMb: peakRss() / 1_048_576 };
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: object;
    try {
      reply = { answer: await answer(JSON.parse(line) as ContestRequest<Subject>) };
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  // Threads that wait for their next phase would keep the process alive.
  return process.exit();
}
