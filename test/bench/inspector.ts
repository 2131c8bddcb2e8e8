import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { absolutePath } from '../../extension/cli/absolutePath.ts';
import type { InspectedText } from '../../extension/host/inspectedText.ts';
import type { InspectionEngine } from '../../extension/host/stageQuestions.ts';
import { InspectorClient } from '../../extension/inspection/client.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import type { CorpusRequest, TrainingRequest } from '../../extension/protocol/training.ts';
import { EditorStandIn, whyNoBrowser } from '../webview/editorStandIn.ts';
import { engineOf } from '../webview/noWorkspace.ts';
import { measureInspectorCost } from './inspectorCost.ts';
import { measureMemory, measurePage, openInspector, type Opened } from './inspectorPage.ts';
import type { InspectorLeg, InspectorResults } from './inspectorResults.ts';
import { inspectorPart, inspectorSection } from './inspectorSection.ts';
import { fileNameOf, measuredHere } from './measuredOn.ts';

/**
 * The Inspector's speed, on the base model: `npm run bench:inspector`. The page runs in Chromium with the real host's end and the real
 * engine behind it; messages go through the browser's debugger, which costs more than the editor's own way.
 */
const root = path.join(import.meta.dirname, '..', '..');
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** what is measured; of the rest the figures stay those that are committed */
    only: { type: 'string', multiple: true, default: [] },
  },
});
const platform = nodePlatform();

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

/** The cost ends the engine: the model is loaded before each look. */
function loadingEngine(client: InspectorClient, checkpoint: string): InspectionEngine {
  const engine = engineOf(client);
  return {
    ...engine,
    inspect: async (query, signal) => {
      await client.load(checkpoint, false);
      return engine.inspect(query, signal);
    },
  };
}

/** How each leg is measured. */
function legs(
  opened: Opened,
  client: InspectorClient,
  checkpoint: string,
  places: readonly InspectedText[],
): { readonly [Leg in InspectorLeg]: () => Promise<InspectorResults[Leg]['figures']> } {
  const scratch = absolutePath(path.join(mkdtempSync(path.join(tmpdir(), 'nihilo-bench-')), 'model'));
  return {
    page: () => measurePage(opened, flags.quick ? 10 : 100),
    memory: () => measureMemory(opened, flags.quick ? 0.125 : 1),
    cost: async () => {
      try {
        return await measureInspectorCost(platform, {
          checkpoint,
          reproducible: false,
          rounds: flags.quick ? 1 : 30,
          secondsARound: flags.quick ? 5 : 10,
          training: trainingRequest(scratch),
          places,
          open: () => openInspector(opened),
          close: async (inspector) => {
            await inspector.close();
            await client.close();
          },
        });
      } finally {
        rmSync(path.dirname(scratch), { recursive: true, force: true });
      }
    },
  };
}

/** @param found is told each leg's figures, with what they are of, as soon as they are there */
async function measure(
  wanted: readonly InspectorLeg[],
  found: (figures: Partial<InspectorResults>) => void,
): Promise<void> {
  const checkpoint = platform.baseModel!;
  const client = new InspectorClient(platform);
  const editor = await EditorStandIn.start();
  try {
    const places = placesIn('extension/engine/kernels.ts');
    const model = { state: 'ready', model: await client.load(checkpoint, false), origin: 'trained' } as const;
    const opened: Opened = { editor, engine: loadingEngine(client, checkpoint), model, text: places[0]! };
    const measuring = legs(opened, client, checkpoint, places);
    for (const leg of wanted) found({ [leg]: { ...of, figures: await measuring[leg]() } });
  } finally {
    await editor.stop();
    await client.close();
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
const all: readonly InspectorLeg[] = ['page', 'memory', 'cost'];
const wanted = flags.only.length === 0 ? all : all.filter((leg) => flags.only.includes(leg));
if (wanted.length === 0) throw new Error(`Expected --only with one of ${all.join(', ')}, got ${flags.only}.`);
const { machine, ...of } = measuredHere();
const source = `test/bench/results/${fileNameOf(machine, 'inspector')}`;
const committed = path.join(root, source);
let results = {
  ...(existsSync(committed) ? (JSON.parse(readFileSync(committed, 'utf8')) as object) : {}),
  machine,
} as InspectorResults;
await measure(wanted, (figures) => {
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  // Figures of a quick run are no figures: they are kept nowhere.
  if (flags.quick) return;
  results = { ...results, ...figures };
  writeFileSync(committed, `${JSON.stringify(results, null, 2)}\n`);
  if (!all.every((leg) => leg in results)) return;
  const readme = path.join(root, 'README.md');
  writeFileSync(
    readme,
    inspectorPart.replace(readFileSync(readme, 'utf8'), inspectorSection(results, source)),
  );
});
