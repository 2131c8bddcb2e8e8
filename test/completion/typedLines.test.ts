import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { calibrate } from '../../extension/completion/acceptance.ts';
import { Predictor } from '../../extension/completion/predictor.ts';
import { Suggester } from '../../extension/completion/suggester.ts';
import { buildCounts, ended } from '../../extension/counts/buildCounts.ts';
import { readTexts } from '../../extension/corpus/corpus.ts';
import { heldOutText, type HeldOutText } from '../../extension/evaluation/heldOutText.ts';
import { type KeystrokePoint, Typist } from '../../extension/evaluation/keystrokes.ts';
import { type GeneratedLine, LineGenerator } from '../../extension/evaluation/lineGenerator.ts';
import { chooseLines, type ProbedLine } from '../../extension/evaluation/lines.ts';
import { CompletionProvider, type CompletionRecords } from '../../extension/host/completionProvider.ts';
import { RecentSuggestions } from '../../extension/host/recentSuggestions.ts';
import { LanguageServer } from '../../extension/host/languageServer.ts';
import { LatencyRecord } from '../../extension/host/latency.ts';
import type { WorkspaceModel } from '../../extension/host/workspaceModel.ts';
import { Indexer } from '../../extension/indexing/indexer.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { leastInProse, shownEnds } from '../../extension/prediction/gate.ts';
import type { Trial } from '../../extension/protocol/prediction.ts';
import type { WorkspaceIndex } from '../../extension/protocol/indexing.ts';
import { placeKind } from '../../extension/shaping/lexical.ts';
import { type Tokenizer, tokenizerFromJson } from '../../extension/tokenizer/tokenizer.ts';
import { compiled } from '../engine/compiled.ts';
import { Address } from '../host/diskAsEditor.ts';
import { Range, TextDocument } from '../host/textDocument.ts';
import { giveWay } from './alone.ts';

const choices = vi.hoisted((): Record<string, unknown> => ({}));
vi.mock('vscode', async () => {
  const { Position, Range } = await import('../host/textDocument.ts');
  class InlineCompletionItem {
    readonly insertText: string;
    readonly range: unknown;

    constructor(insertText: string, range: unknown) {
      this.insertText = insertText;
      this.range = range;
    }
  }
  return {
    Position,
    Range,
    InlineCompletionItem,
    InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 },
    CompletionItemKind: {},
    LogLevel: { Off: 0, Trace: 1, Debug: 2 },
    window: { visibleTextEditors: [] },
    workspace: {
      isTrusted: true,
      workspaceFolders: [],
      getConfiguration: () => ({ get: (name: string) => choices[name] }),
    },
  };
});

const { module } = compiled('baseline');
const platform = nodePlatform();
/** A dependency's code stays as it is when ours changes. */
const folder = path.join(import.meta.dirname, '..', '..', 'node_modules', 'cheerio', 'src');
const heldOut = ['api/traversing.ts', 'api/css.ts', 'api/extract.ts', 'load.ts', 'parse.ts', 'static.ts'];
const typedLines = 300;
/** Suggestions are shown from this probability on, and from so many characters on. */
const least = 0.5;
const fewest = 4;
/** More than there are: each is tried out at several places. */
const triedFiles = 40;
Object.assign(choices, {
  enabled: true,
  eagerness: 1 - least,
  multiline: 'never',
  'completion.maxTokens': 64,
});

let index: WorkspaceIndex;
let tokenizer: Tokenizer;
let texts: HeldOutText[];
let lines: ProbedLine[][];

beforeAll(async () => {
  const corpus = { folders: [folder], exclude: heldOut };
  const indexer = new Indexer(platform, (event) => {
    if (event.type === 'index') index = event.index;
  });
  const rest = { checkpoint: null, trustFolder: null, reproducible: true, relearn: false, edition: 1 };
  await indexer.build({ corpus, ...rest });
  tokenizer = tokenizerFromJson(index.tokenizerJson);
  texts = heldOut.map((name) => heldOutText(tokenizer, name, readFileSync(path.join(folder, name)), null));
  lines = chooseLines(texts, { typedLines, cursorsPerKind: 0 }, 1);
});

/** One text that is on show whatever the threshold; none where it is empty. */
function shown(text: Uint8Array): GeneratedLine {
  const tokens = [...new TextDecoder().decode(text)].length < fewest ? [] : [text.length];
  return { bytes: text, ends: tokens, probabilities: tokens.map(() => 1), complete: true };
}

function pointOf(typist: Typist): KeystrokePoint {
  return typist.curve[0]!;
}

/** As the evaluation types, by the model, which learns each token of the text as it goes; at the gate of the editor, which wants half the doubt in comments. */
async function simulated(): Promise<KeystrokePoint> {
  const corpus = { folders: [folder], exclude: heldOut };
  const known = await readTexts(platform.files, corpus, {});
  const documents = known.texts.map(({ bytes }) => ended(tokenizer.encode(bytes), tokenizer.endOfText));
  const model = (await buildCounts(module, tokenizer, documents))!;
  const generator = new LineGenerator(model, tokenizer, new AgreeingTokens(tokenizer));
  const typist = new Typist();
  texts.forEach(({ ids, bytes, starts }, t) => {
    model.begin();
    const left = [...lines[t]!];
    for (let i = 0; i <= ids.length; i++) {
      while (left[0]?.token === i) {
        const { content } = left.shift()!;
        typist.type(content, (at) => {
          const before = new TextDecoder().decode(bytes.subarray(0, starts[i]! + at));
          const surest = placeKind(before, 'typescript') === 'code' ? least : leastInProse(least);
          const line = generator.rest(content.subarray(0, at), surest);
          const count = shownEnds(line, surest, { fewest });
          return shown(line.bytes.subarray(0, count === 0 ? 0 : line.ends[count - 1]));
        });
      }
      model.learn(ids[i] ?? tokenizer.endOfText);
    }
  });
  return pointOf(typist);
}

/** However busy the machine is, it ends what it has begun. */
function suggesterOf(predictor: Predictor): Suggester {
  return new Suggester((prefix, open, options) =>
    Promise.resolve(predictor.complete(prefix, open, { ...options, maxMilliseconds: 60_000 }, () => false)),
  );
}

/** As somebody types in the editor: its provider of completions, the suggester, the predictor and the index. */
async function typed(): Promise<KeystrokePoint> {
  const predictor = new Predictor(platform);
  await predictor.useIndex(index, giveWay);
  const suggester = suggesterOf(predictor);
  suggester.calibration = { slope: 1, offset: 0 };
  const provider = providerOf(suggester);
  const typist = new Typist();
  for (const [t, { path: name, bytes, starts }] of texts.entries()) {
    const uri = Address.file(path.join(folder, name));
    for (const { content, token } of lines[t]!) {
      const start = starts[token]!;
      const known = new Map<number, GeneratedLine>();
      for (let at = 0; at < content.length; at++) {
        const before = new TextDecoder().decode(bytes.subarray(0, start + at));
        // Whoever types at the end of a line has nothing behind the cursor on it.
        const behind = new TextDecoder().decode(bytes.subarray(start + content.length));
        const rest = await provider.restAt(
          new TextDocument(uri, 'typescript', before + behind),
          before.length,
        );
        known.set(at, shown(new TextEncoder().encode(rest)));
      }
      typist.type(content, (at) => known.get(at)!);
    }
  }
  return pointOf(typist);
}

type Asked = Parameters<CompletionProvider['provideInlineCompletionItems']>;

/** The provider that the editor asks at every key, for what would be shown behind the cursor. */
function providerOf(suggester: Suggester): {
  restAt(document: TextDocument, offset: number): Promise<string>;
} {
  const inspection = { precedent: () => Promise.resolve(null) };
  const model = {
    wantIndex: () => {},
    suggest: suggester.suggest.bind(suggester),
    inspection,
    index: { tokenizer: index.tokenizer },
  };
  const silences = { asked: () => {}, standing: () => null, answered: () => {} };
  const records = {
    latency: new LatencyRecord(),
    silences,
    statistics: { offered: () => {} },
    recent: new RecentSuggestions(),
  };
  const log = { logLevel: 0, error: (message: string) => expect.fail(message) };
  const provider = new CompletionProvider(
    model as unknown as WorkspaceModel,
    records as unknown as CompletionRecords,
    new LanguageServer(),
    log as unknown as ConstructorParameters<typeof CompletionProvider>[3],
  );
  const context = { triggerKind: 1 } as Asked[2];
  const token = { onCancellationRequested: () => ({ dispose: () => {} }) };
  return {
    restAt: async (document, offset) => {
      const [item] = await provider.provideInlineCompletionItems(
        document as unknown as Asked[0],
        document.positionAt(offset) as Asked[1],
        context,
        token as unknown as Asked[3],
      );
      if (item === undefined) return '';
      const { insertText, range } = item as unknown as { insertText: string; range: Range };
      const typed = document.getText(new Range(range.start, document.positionAt(offset)));
      // A line that moves outwards is another one than this: nobody who types it as it stands takes it.
      return insertText.startsWith(typed) ? insertText.slice(typed.length) : '';
    },
  };
}

describe('lines of held-out files, typed key by key', () => {
  it('take as many keys through the editor’s provider as the evaluation says, within 2 points, with as many accepted', async () => {
    const [evaluation, editor] = [await simulated(), await typed()];
    expect(evaluation.saved).toBeGreaterThan(0.2);
    expect(Math.abs(editor.saved - evaluation.saved)).toBeLessThanOrEqual(0.02);
    // What shaping takes away was mostly wrong, and strings and comments ask for more.
    expect(editor.acceptance).toBeGreaterThanOrEqual(evaluation.acceptance - 0.02);
  });

  it('are as often right as the files that are learnt from have taught to expect, within 10 points', async () => {
    const predictor = new Predictor(platform);
    await predictor.useIndex(index, giveWay);
    const goesOn = (): Promise<boolean> => Promise.resolve(true);
    const trials: Trial[] = [];
    for (let file = 0; file < triedFiles; file++)
      trials.push(...(await predictor.tryOut(file, () => false, goesOn)));
    const suggester = suggesterOf(predictor);
    suggester.calibration = calibrate(trials);
    const eagerness = { leastAcceptance: 0.35, multiline: false, maxTokens: 64, calls: false };
    const { signal } = new AbortController();
    let [shown, expected, right] = [0, 0, 0];
    for (const [t, { path: name, bytes, starts }] of texts.entries()) {
      for (const { content, token } of lines[t]!) {
        const line = new TextDecoder().decode(content);
        const start = starts[token]!;
        const above = new TextDecoder().decode(bytes.subarray(0, start));
        const suffix = new TextDecoder().decode(bytes.subarray(start + content.length));
        for (let at = 0; at < line.length; at += 5) {
          const place = {
            languageId: 'typescript',
            prefix: above + line.slice(0, at),
            suffix,
            insertSpaces: true,
            tabSize: 2,
            indentSize: 2,
          };
          const { suggestions } = await suggester.suggest(
            { place, name, isExplicit: false },
            eagerness,
            signal,
          );
          const [suggestion] = suggestions;
          if (suggestion === undefined) continue;
          shown++;
          expected += suggestion.acceptance;
          right += Number(line.slice(at).startsWith(suggestion.text));
        }
      }
    }
    expect([trials.length > 500, shown > 300]).toEqual([true, true]);
    expect(Math.abs(expected - right) / shown).toBeLessThanOrEqual(0.1);
  });
});
