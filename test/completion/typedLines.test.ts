import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Predictor } from '../../extension/completion/predictor.ts';
import { Suggester } from '../../extension/completion/suggester.ts';
import { buildCounts, ended } from '../../extension/counts/buildCounts.ts';
import { readTexts } from '../../extension/corpus/corpus.ts';
import { heldOutText, type HeldOutText } from '../../extension/evaluation/heldOutText.ts';
import { type KeystrokePoint, Typist } from '../../extension/evaluation/keystrokes.ts';
import { type GeneratedLine, LineGenerator } from '../../extension/evaluation/lineGenerator.ts';
import { chooseLines, type ProbedLine } from '../../extension/evaluation/lines.ts';
import { Indexer } from '../../extension/indexing/indexer.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { shownTokens } from '../../extension/prediction/gate.ts';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { folderOfCode } from '../indexing/folderOfCode.ts';
import { giveWay } from './alone.ts';

const { module } = compiled('baseline');
const platform = nodePlatform();
const heldOut = [
  'counts/kneserNey.ts',
  'counts/suffixIndex.ts',
  'engine/sampler.ts',
  'engine/safetensors.ts',
  'engine/layout.ts',
  'tokenizer/healing.ts',
  'corpus/walk.ts',
  'corpus/split.ts',
];
const typedLines = 120;
/** Suggestions are shown from this probability on, and from so many characters on. */
const least = 0.5;
const fewest = 4;

let code: ReturnType<typeof folderOfCode>;
let index: WorkspaceIndex;
let tokenizer: Tokenizer;
let texts: HeldOutText[];
let lines: ProbedLine[][];

beforeAll(async () => {
  code = folderOfCode('counts', 'engine', 'tokenizer', 'corpus', 'training', 'protocol');
  const corpus = { folders: [code.folder], exclude: heldOut };
  const indexer = new Indexer(platform, (event) => {
    if (event.type === 'index') index = event.index;
  });
  const rest = { checkpoint: null, trustFolder: null, reproducible: true, relearn: false, edition: 1 };
  await indexer.build({ corpus, ...rest });
  tokenizer = tokenizerFromJson(index.tokenizerJson);
  texts = heldOut.map((name) =>
    heldOutText(tokenizer, name, readFileSync(path.join(code.folder, name)), null),
  );
  lines = chooseLines(texts, { typedLines, cursorsPerKind: 0 }, 1);
});
afterAll(() => code.remove());

/** One text that is on show whatever the threshold; none where it is empty. */
function shown(text: Uint8Array): GeneratedLine {
  const tokens = [...new TextDecoder().decode(text)].length < fewest ? [] : [text.length];
  return { bytes: text, ends: tokens, probabilities: tokens.map(() => 1), complete: true };
}

function pointOf(typist: Typist): KeystrokePoint {
  return typist.curve[0]!;
}

/** As the evaluation types: through the model, which learns each token of the text as it goes. */
async function simulated(): Promise<KeystrokePoint> {
  const corpus = { folders: [code.folder], exclude: heldOut };
  const known = await readTexts(platform.files, corpus, {});
  const documents = known.texts.map(({ bytes }) => ended(tokenizer.encode(bytes), tokenizer.endOfText));
  const model = (await buildCounts(module, tokenizer, documents))!;
  const generator = new LineGenerator(model, tokenizer, new AgreeingTokens(tokenizer));
  const typist = new Typist();
  texts.forEach(({ ids }, t) => {
    model.begin();
    const left = [...lines[t]!];
    for (let i = 0; i <= ids.length; i++) {
      while (left[0]?.token === i) {
        const { content } = left.shift()!;
        typist.type(content, (at) => {
          const line = generator.rest(content.subarray(0, at), least);
          const count = shownTokens(line, least);
          return shown(line.bytes.subarray(0, count === 0 ? 0 : line.ends[count - 1]));
        });
      }
      model.learn(ids[i] ?? tokenizer.endOfText);
    }
  });
  return pointOf(typist);
}

/** As somebody types in the editor: the suggester, the predictor and the index. */
async function typed(): Promise<KeystrokePoint> {
  const predictor = new Predictor(platform);
  await predictor.useIndex(index, giveWay);
  const suggester = new Suggester((prefix, open, options) =>
    Promise.resolve(predictor.complete(prefix, open, { ...options, maxMilliseconds: 60_000 }, () => false)),
  );
  suggester.calibration = { slope: 1, offset: 0 };
  const eagerness = { leastAcceptance: least, multiline: false, maxTokens: 64, calls: false };
  const { signal } = new AbortController();
  const typist = new Typist();
  for (const [t, { path: name, bytes, starts }] of texts.entries()) {
    for (const { content, token } of lines[t]!) {
      const start = starts[token]!;
      const known = new Map<number, GeneratedLine>();
      const decode = (from: number, to?: number): string =>
        new TextDecoder().decode(bytes.subarray(from, to));
      for (let at = 0; at < content.length; at++) {
        const place = {
          languageId: 'typescript',
          prefix: decode(0, start + at),
          // Whoever types at the end of a line has nothing behind the cursor on it.
          suffix: decode(start + content.length),
          insertSpaces: true,
          tabSize: 2,
        };
        const asked = { place, name, isExplicit: false };
        const { suggestions } = await suggester.suggest(asked, eagerness, signal);
        known.set(at, shown(new TextEncoder().encode(suggestions[0]?.text ?? '')));
      }
      typist.type(content, (at) => known.get(at)!);
    }
  }
  return pointOf(typist);
}

describe('lines of held-out files, typed key by key', () => {
  it('take as many keys through suggester and predictor as the evaluation says, within 2 points, with as many accepted', async () => {
    const [evaluation, editor] = [await simulated(), await typed()];
    expect(evaluation.saved).toBeGreaterThan(0.2);
    expect(Math.abs(editor.saved - evaluation.saved)).toBeLessThanOrEqual(0.02);
    // What shaping takes away was mostly wrong, and strings and comments ask for more.
    expect(editor.acceptance).toBeGreaterThanOrEqual(evaluation.acceptance - 0.02);
  });
});
