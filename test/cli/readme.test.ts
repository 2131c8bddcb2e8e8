import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseCommandLine } from '../../extension/cli/commandLine.ts';
import { root } from './commandProcess.ts';

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const reference = readme.slice(readme.indexOf('## On the command line'), readme.indexOf('## How it works'));
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
  'export',
  'import',
  'start',
];

const optionsIn = (text: string): Set<string> => new Set(text.match(/--[a-z][a-z-]*/g));

function helpOf(command: string): string {
  const help = parseCommandLine([command, '--help'], 2);
  return help.command === 'print' ? help.text : '';
}

it('the README names every option of every command, and none that does not exist', () => {
  const known = optionsIn(commands.map(helpOf).join('\n'));
  expect(known.size).toBeGreaterThan(15);
  expect([...optionsIn(reference)].sort()).toEqual([...known].sort());
});

it.each(commands)('the README names nihilo %s', (command) => {
  expect(reference).toContain(`nihilo ${command}`);
});
