import { presetConfig } from '../engine/config.ts';
import type { ModelConfig, PresetName } from '../protocol/model.ts';
import { orientations } from '../training/product.ts';
import { recipes, tokensInMemory } from '../training/recipe.ts';
import type { BenchSubject } from './benchSubject.ts';
import type { Heat } from './heat.ts';
import type { Dtype, Subject } from './trials.ts';

export interface HeatRequest {
  /** of real code to complete in */
  readonly code: string;
  readonly cores: number;
  readonly reproducible: boolean;
  /** few tries of few things: shows that everything runs */
  readonly quick: boolean;
  /** more of what takes minutes */
  readonly thorough: boolean;
}

const shapes = [
  { rows: 1024, depth: 128, cols: 512 },
  { rows: 1024, depth: 512, cols: 128 },
  { rows: 1024, depth: 128, cols: 2048 },
  { rows: 2048, depth: 256, cols: 768 },
  { rows: 2048, depth: 256, cols: 1024 },
] as const;
const measuredPresets = ['default', 'large'] as const;
const dtypes: readonly Dtype[] = ['f32', 'int8'];

/** A workspace of one person, and of many. */
const indexBytes = [1_000_000, 10_000_000];
const quickIndexBytes = [100_000];

/** Enough for a model that predicts, few enough for half a minute. */
const accuracySteps = 120;

export function planHeats(request: HeatRequest): Heat[] {
  const { cores, reproducible, quick } = request;
  const heat = (subject: BenchSubject, warmUps: number, tries: number): Heat =>
    quick ? { subject, warmUps: 1, tries: 2 } : { subject, warmUps, tries };
  const threadCounts = cores > 1 ? [1, 2] : [1];
  const builds = reproducible ? [true] : [false, true];
  const products = builds.flatMap((baseline) =>
    threadCounts.flatMap((threads) =>
      (quick ? shapes.slice(3, 4) : shapes).flatMap((shape) =>
        orientations.map((orientation) =>
          heat({ kind: 'product', reproducible: baseline, threads, orientation, ...shape }, 20, 20),
        ),
      ),
    ),
  );
  const presets = quick ? (['default'] as const) : measuredPresets;
  const steps = presets.flatMap((preset) =>
    threadCounts.map((threads) =>
      heat({ kind: 'trainStep', reproducible, threads, ...stepOf(preset) }, 2, preset === 'large' ? 12 : 20),
    ),
  );
  const decoding = presets.flatMap((preset) =>
    dtypes.flatMap((dtype) => {
      const subject = { reproducible, config: presetConfig(preset), dtype };
      return [heat({ kind: 'decode', ...subject }, 5, 15), heat({ kind: 'prefill', ...subject }, 5, 15)];
    }),
  );
  const barrier = threadCounts
    .slice(1)
    .map((threads) => heat({ kind: 'barrier', reproducible, threads }, 0, 1));
  return [...products, ...steps, ...decoding, ...barrier, ...longHeats(request, presets)];
}

/** What takes many tries by itself. */
function longHeats(
  { cores, reproducible, quick, thorough, code }: HeatRequest,
  presets: readonly PresetName[],
): Heat[] {
  const threads = Math.min(cores, 2);
  const subjects: BenchSubject[] = [
    ...[false, true].map((whileTraining): BenchSubject => {
      return { kind: 'completion', preset: presets.at(-1)!, reproducible, whileTraining, folder: code };
    }),
    { kind: 'completionWait', folder: code, threads: cores, reproducible },
    { kind: 'warmUp', reproducible },
    { kind: 'counts', folder: code, bytes: quick ? quickIndexBytes : indexBytes },
    {
      kind: 'accuracy',
      preset: 'default',
      folder: code,
      steps: quick ? 2 : accuracySteps,
      threads,
      reproducible,
    },
    {
      kind: 'optimizers',
      presets: thorough ? presets : ['default'],
      threads,
      tries: quick ? 1 : thorough ? 10 : 5,
      reproducible,
    },
  ];
  return subjects.map((subject) => ({ subject, warmUps: 0, tries: 1 }));
}

function stepOf(preset: PresetName): { config: ModelConfig; tokens: number; length: number } {
  const config = presetConfig(preset);
  return { config, tokens: tokensInMemory(recipes[preset], config), length: config.maxPositionEmbeddings };
}

/** The preset whose shape a subject has. */
export function presetOf(subject: Extract<Subject, { readonly config: ModelConfig }>): PresetName {
  const { vocabSize } = subject.config;
  return measuredPresets.find((preset) => presetConfig(preset).vocabSize === vocabSize)!;
}

export function describe(subject: BenchSubject): string {
  const threads = (count: number): string => `${count} thread${count === 1 ? '' : 's'}`;
  switch (subject.kind) {
    case 'product':
      return `matrix product ${shapeOf(subject)} ${subject.orientation}, ${threads(subject.threads)}`;
    case 'trainStep':
      return `training step, ${presetOf(subject)}, ${threads(subject.threads)}`;
    case 'decode':
      return `decoding, ${presetOf(subject)}, ${subject.dtype}, ${threads(1)}`;
    case 'prefill':
      return `prompt of 256 tokens, ${presetOf(subject)}, ${subject.dtype}, ${threads(1)}`;
    case 'completion':
      return `completions, ${subject.preset}${subject.whileTraining ? ', while training' : ''}`;
    case 'completionWait':
      return `completions beside a training, ${threads(subject.threads)}`;
    case 'warmUp':
      return 'full speed after instantiation';
    case 'optimizers':
      return `optimizers, ${threads(subject.threads)}`;
    case 'counts':
      return `indexes of ${subject.bytes.map((bytes) => `${bytes / 1e6} MB`).join(' and ')}`;
    case 'accuracy':
      return `accuracy of 8-bit weights, ${subject.preset} after ${subject.steps} steps`;
    case 'barrier':
      return `phases without work, ${threads(subject.threads)}`;
  }
}

export function shapeOf({ rows, depth, cols }: Extract<Subject, { kind: 'product' }>): string {
  return `${rows}×${depth}×${cols}`;
}
