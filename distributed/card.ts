import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { base, baseCard } from './baseCard.ts';

/**
 * `node distributed/card.ts` writes the model card; with `--log log.jsonl --shards shards.json --device WORDS` that of another training, whose
 * log and text are kept for it.
 */
const { values } = parseArgs({
  options: { log: { type: 'string' }, shards: { type: 'string' }, device: { type: 'string' } },
});
const { log, shards, device } = values;
if (log !== undefined && shards !== undefined && device !== undefined) {
  const { tokens, bytes } = JSON.parse(readFileSync(shards, 'utf8')) as {
    readonly tokens: number;
    readonly bytes: number;
  };
  const trained = { device, tokens, megabytes: bytes / 1e6 };
  writeFileSync(path.join(import.meta.dirname, 'trained.json'), `${JSON.stringify(trained, null, 2)}\n`);
  copyFileSync(log, path.join(base, 'training.jsonl'));
} else if (log !== undefined || shards !== undefined || device !== undefined) {
  throw new Error('Expected --log FILE, --shards FILE and --device WORDS together.');
}
writeFileSync(path.join(base, 'README.md'), baseCard());
