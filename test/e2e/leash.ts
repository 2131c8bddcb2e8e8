// node leash.ts PROGRAM …: runs a Node program, and ends its whole process group as soon as standard input is closed,
// which it is when the process that asked for it is gone, however it went.
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('exit', (code) => process.exit(code ?? 1));
process.stdin.on('end', () => process.kill(0, 'SIGKILL')).resume();
// The program gets the signal too, as one of the group, and decides how to end.
process.on('SIGTERM', () => {});
