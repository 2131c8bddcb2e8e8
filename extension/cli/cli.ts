import { availableParallelism } from 'node:os';
import { NihiloError } from '../protocol/errors.ts';
import { say } from '../protocol/sentence.ts';
import { type Invocation, parseCommandLine } from './commandLine.ts';
import { explain } from './failure.ts';
import { print } from './output.ts';

/** @returns the exit code. What a command needs is loaded with it: `nihilo --help` needs none of it. */
async function run(invocation: Invocation): Promise<number> {
  if (invocation.command === 'print') {
    print([invocation.text.trimEnd()]);
    return 0;
  }
  const { nodePlatform } = await import('../platform/node.ts');
  const platform = nodePlatform();
  switch (invocation.command) {
    case 'train': {
      const { train } = await import('./trainCommand.ts');
      return train(platform, invocation.folder, invocation.options);
    }
    case 'finetune': {
      const { fineTune } = await import('./fineTuneCommand.ts');
      return fineTune(platform, invocation.folder, invocation.options);
    }
    case 'start': {
      const { start } = await import('./startCommand.ts');
      return start(platform, invocation.folder, invocation.options);
    }
    case 'complete': {
      const { complete } = await import('./modelCommands.ts');
      await complete(platform, invocation.place, invocation.options);
      return 0;
    }
    case 'inspect': {
      const { inspect } = await import('./modelCommands.ts');
      await inspect(platform, invocation.place, invocation.options);
      return 0;
    }
    case 'evaluate': {
      const { evaluateFolder } = await import('./evaluateCommand.ts');
      return evaluateFolder(platform, invocation.folder, invocation.options);
    }
    case 'audit': {
      const { audit } = await import('./auditCommand.ts');
      return audit(platform, invocation.folder, invocation.options);
    }
    case 'tokenize': {
      const { tokenize } = await import('./tokenizeCommand.ts');
      return tokenize(platform, invocation.folder, invocation.options);
    }
    case 'export': {
      const { exportForOthers } = await import('./interchangeCommands.ts');
      return exportForOthers(platform, invocation.out, invocation.options);
    }
    case 'import': {
      const { importFromOthers } = await import('./interchangeCommands.ts');
      return importFromOthers(platform, invocation.folder, invocation.options);
    }
    case 'bench': {
      const { bench } = await import('./benchCommand.ts');
      return bench(platform, invocation.options);
    }
  }
}

/** 2 for a command line that says nothing useful, or a place that is nowhere, as shells have it; 1 for everything else. */
function exitCodeOf(error: unknown): number {
  return error instanceof NihiloError && /^(argument|position)Invalid$/.test(error.code) ? 2 : 1;
}

function fail(error: unknown): void {
  process.stderr.write(`nihilo: ${explain(error, process.env['NIHILO_DEBUG'] === '1')}\n`);
  process.exitCode = exitCodeOf(error);
}

/** Where what was asked for can't be written. */
function endOutput(error: NodeJS.ErrnoException): void {
  // Of a terminal that was closed the command goes on to its own end, and exit code.
  if (error.code === 'EIO') return;
  // Whoever reads the output may have seen enough, as `head` has.
  if (error.code === 'EPIPE') process.exit(0);
  const sentence = say`Expected to write the output, got the system's error ${error.code!}; free some space or choose another place.`;
  fail(new NihiloError('storageFailed', sentence, { cause: error }));
  process.exit();
}

async function main(): Promise<void> {
  process.stdout.on('error', endOutput);
  // Progress that nobody can see, behind `head` or on a terminal that was closed, is no reason to lose a training.
  process.stderr.on('error', () => {});
  try {
    process.exitCode = await run(parseCommandLine(process.argv.slice(2), availableParallelism()));
  } catch (error) {
    fail(error);
  }
}

void main();
