import { writeSync } from 'node:fs';
import { peakRss } from '../../extension/platform/peakRss.ts';

/** `nihilo`, which tells on stderr in the end how much memory it has held. */
process.on('exit', () => writeSync(2, `peak ${peakRss()} bytes\n`));
await import('../../extension/cli/cli.ts');
