import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { plant } from './folderTree.ts';

/** Only the rules of the repository: none of the machine's or the user's. */
const environment = {
  PATH: process.env['PATH'],
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  XDG_CONFIG_HOME: '/dev/null',
};

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, env: environment, encoding: 'utf8', stdio: 'pipe' });
}

/** Makes a folder a repository. @param exclude its own rules beside those in `.gitignore` files */
export function makeRepository(folder: string, exclude = ''): void {
  plant(path.join(folder, '.git'), {
    HEAD: 'ref: refs/heads/main\n',
    config: '[core]\n\trepositoryformatversion = 0\n\tbare = false\n',
    'objects/info/packs': '',
    'refs/heads/.keep': '',
    'info/exclude': exclude,
  });
}

/** What git would offer to add: the files below the folder that it does not ignore, sorted. */
export function notIgnoredByGit(folder: string): string[] {
  const listed = git(folder, 'ls-files', '--cached', '--others', '--exclude-standard', '-z');
  return listed
    .split('\0')
    .filter((name) => name !== '')
    .sort();
}
