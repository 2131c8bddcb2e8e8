import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** What a measuring process is asked, one JSON object a line; it answers `{answer}` or `{error}`. */
export type ContestRequest<Subject> =
  /** answered with facts about what was opened; closes what was open before */
  | { readonly do: 'open'; readonly subject: Subject }
  /** answered with a sample: `ms`, and what else is known of this try */
  | { readonly do: 'try' }
  /** answered with the peak memory of the process so far, `rssMb` */
  | { readonly do: 'close' };

export interface ContestCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** added to the environment */
  readonly env?: Readonly<Record<string, string>>;
}

/** So much of what a process says on stderr is kept for the reason of its failure. */
const keptCharacters = 2_000;
/** The longest answers, a training's, come after one or two minutes. */
const patienceMs = 600_000;

/**
 * A process of its own that measures one thing at a time, on request: between requests it does nothing, so that several can take turns.
 */
export class Contestant<Subject extends object, Facts extends object, Sample extends object> {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  #stderr = '';
  #pending: { resolve: (answer: unknown) => void; reject: (reason: Error) => void } | null = null;
  #failure: Error | null = null;
  #limit: ReturnType<typeof setTimeout> | undefined;

  constructor({ program, args, env }: ContestCommand) {
    this.#child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-keptCharacters);
    });
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('close', (code, signal) =>
      this.#fail(new Error(`${program} ended (${signal ?? `exit code ${code}`}): ${lastLine(this.#stderr)}`)),
    );
    // A write to a process that has gone is reported by 'close'.
    this.#child.stdin.on('error', (error) => this.#fail(error));
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#lines.on('line', (line) => this.#receive(line));
  }

  /** @throws {Error} with the process's reason; so do the others */
  open(subject: Subject): Promise<Facts> {
    return this.#ask({ do: 'open', subject }) as Promise<Facts>;
  }

  try(): Promise<Sample> {
    return this.#ask({ do: 'try' }) as Promise<Sample>;
  }

  /** @returns peak resident memory of the process so far, in MB */
  async close(): Promise<number> {
    const { rssMb } = (await this.#ask({ do: 'close' })) as { rssMb: number };
    return rssMb;
  }

  /** Ends the process at once; a pending request rejects. */
  dispose(): void {
    this.#fail(new Error('the measurement was ended'));
    this.#lines.close();
    this.#child.kill('SIGKILL');
  }

  #ask(request: ContestRequest<Subject>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      else {
        this.#pending = { resolve, reject };
        this.#limit = setTimeout(
          () => this.#fail(new Error(`no answer to ${request.do} within ${patienceMs / 60_000} minutes`)),
          patienceMs,
        );
        this.#child.stdin.write(`${JSON.stringify(request)}\n`);
      }
    });
  }

  /** Lines that are no answer are what a library prints. */
  #receive(line: string): void {
    const reply = replyIn(line);
    if (reply === null) return;
    clearTimeout(this.#limit);
    const pending = this.#pending;
    this.#pending = null;
    if (reply.error === undefined) pending?.resolve(reply.answer);
    else pending?.reject(new Error(reply.error));
  }

  #fail(reason: Error): void {
    clearTimeout(this.#limit);
    this.#failure ??= reason;
    this.#pending?.reject(this.#failure);
    this.#pending = null;
  }
}

interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
}

/** null = something that a library prints */
function replyIn(line: string): Reply | null {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line) as Reply;
    return 'answer' in value || 'error' in value ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
