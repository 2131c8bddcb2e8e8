import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { absolutePath } from '../../extension/cli/absolutePath.ts';
import type { InspectedText, InspectionEngine } from '../../extension/host/inspectorConversation.ts';
import { InspectorClient } from '../../extension/inspection/client.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { CorpusRequest, TrainingRequest } from '../../extension/protocol/training.ts';
import { EditorStandIn, whyNoBrowser } from '../webview/editorStandIn.ts';
import { type InspectorCost, measureInspectorCost } from './inspectorCost.ts';
import { measurePage, openInspector, type Opened, type PageFigures } from './inspectorPage.ts';
import { fileNameOf, type MeasuredOn, measuredHere } from './measuredOn.ts';
import { noPrecedents } from '../webview/noPrecedents.ts';

/**
 * The Inspector's speed, on the base model: `npm run bench:inspector`. The page runs in Chromium with the real host's end and the real
 * engine behind it; messages go through the browser's debugger, which costs more than the editor's own way.
 */
const root = path.join(import.meta.dirname, '..', '..');
const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const platform = nodePlatform();

interface InspectorResults extends MeasuredOn {
  readonly page: PageFigures;
  readonly cost: InspectorCost;
}

/** Ends of a file's lines, as long as a context of 512 tokens is full of what stands before. */
function placesIn(file: string): InspectedText[] {
  const code = readFileSync(path.join(root, file), 'utf8');
  const ends = [...code.matchAll(/\n/g)].map(({ index }) => index).filter((end) => end > 3_000);
  return ends.map((end, i) => ({
    place: { uri: `file:///${file}`, file, line: i + 1, column: 1 },
    name: file,
    prefix: code.slice(0, end),
    suffix: code.slice(end),
  }));
}

/** The engine in its thread, as the editor asks it; there is no index. */
function engineOf(client: InspectorClient, checkpoint: string): InspectionEngine {
  return {
    inspect: async (query, signal) => {
      await client.load(checkpoint, false);
      return client.inspect(query, signal);
    },
    inspectEssay: (...query) => client.inspectEssay(...query),
    ask: (...query) => client.ask(...query),
    essay: (action) => client.essay(action),
    ...noPrecedents,
    find: async () => null,
    parts: async () => null,
    read: (...text) => client.read(...text),
    passages: async () => null,
    frequencies: async () => null,
    messages: () => [],
  };
}

async function measure(): Promise<{ page: PageFigures; cost: InspectorCost }> {
  const checkpoint = platform.baseModel!;
  const client = new InspectorClient(platform);
  const scratch = mkdtempSync(path.join(tmpdir(), 'nihilo-bench-inspector-'));
  const editor = await EditorStandIn.start();
  try {
    const places = placesIn('extension/engine/kernels.ts');
    const model = { state: 'ready', model: await client.load(checkpoint, false) } as const;
    const opened: Opened = { editor, engine: engineOf(client, checkpoint), model, text: places[0]! };
    const page = await measurePage(opened, flags.quick ? 10 : 100);
    const cost = await measureInspectorCost(platform, {
      checkpoint,
      reproducible: false,
      rounds: flags.quick ? 1 : 12,
      secondsARound: flags.quick ? 5 : 20,
      training: trainingRequest(absolutePath(path.join(scratch, 'model'))),
      places,
      open: () => openInspector(opened),
      close: async (inspector) => {
        await inspector.close();
        await client.close();
      },
    });
    return { page, cost };
  } finally {
    await editor.stop();
    await client.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function trainingRequest(checkpoint: string): TrainingRequest<CorpusRequest> {
  return {
    corpus: { folders: [absolutePath(path.join(root, 'extension'))], exclude: [] },
    checkpoint,
    preset: 'default',
    stop: { seconds: 3_600 },
    threads: Math.max(1, availableParallelism() - 1),
    seed: 1,
    reproducible: false,
    memoryLimitMb: 1_000,
    resume: false,
  };
}

if (whyNoBrowser !== null) throw new Error(whyNoBrowser);
const measuredOn = measuredHere();
const results: InspectorResults = { ...measuredOn, ...(await measure()) };
// Figures of a quick run are no figures: they go where nobody takes them for some.
const folder = flags.quick
  ? mkdtempSync(path.join(tmpdir(), 'nihilo-bench-quick-'))
  : path.join(root, 'test', 'bench', 'results');
const file = path.join(folder, fileNameOf(results.machine, 'inspector'));
writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(`${JSON.stringify({ page: results.page, cost: results.cost }, null, 2)}\n${file}\n`);
