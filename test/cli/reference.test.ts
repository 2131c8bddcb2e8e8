import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseCommandLine } from '../../extension/cli/commandLine.ts';
import { root } from './commandProcess.ts';

const reference = readFileSync(path.join(root, 'docs', 'command-line.md'), 'utf8');
const commands = [
  'train',
  'finetune',
  'complete',
  'inspect',
  'bench',
  'evaluate',
  'audit',
  'tokenize',
  'export',
  'import',
  'start',
];

const optionsIn = (text: string): Set<string> => new Set(text.match(/--[a-z][a-z-]*/g));

function helpOf(command: string): string {
  const help = parseCommandLine([command, '--help'], 2);
  return help.command === 'print' ? help.text : '';
}

/** What the reference says of one command. */
function section(command: string): string {
  const start = reference.indexOf(`\n## ${command}\n`);
  const end = reference.indexOf('\n## ', start + 1);
  return start < 0 ? '' : reference.slice(start, end < 0 ? undefined : end);
}

/** What several commands have is told of before them. */
const common = optionsIn(reference.slice(0, reference.indexOf('\n## ')));

it.each(commands)('the reference has a section of nihilo %s, with every option of it', (command) => {
  const told = section(command);
  expect(told).toContain(`nihilo ${command}`);
  const missing = [...optionsIn(helpOf(command))].filter(
    (option) => !optionsIn(told).has(option) && !common.has(option),
  );
  expect(missing).toEqual([]);
});

it('the reference names no option that does not exist', () => {
  const known = optionsIn(commands.map(helpOf).join('\n'));
  expect(known.size).toBeGreaterThan(15);
  expect([...optionsIn(reference)].filter((option) => !known.has(option))).toEqual([]);
});
