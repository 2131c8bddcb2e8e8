import type { DoubtLimits } from '../protocol/precedent.ts';
import { type PresetChoice, presetChoices } from '../protocol/model.ts';
import { mostThreads, usualThreads } from '../training/threads.ts';

interface BooleanSetting {
  readonly type: 'boolean';
  readonly default: boolean;
}

interface NumberSetting {
  readonly type: 'integer' | 'number';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

interface ChoiceSetting {
  readonly type: 'string';
  readonly default: string;
  readonly enum: readonly string[];
}

interface TextSetting {
  readonly type: 'string';
  readonly default: string;
}

/** A name, or a number in its place. */
interface DegreeSetting {
  readonly anyOf: readonly [
    { readonly type: 'string'; readonly enum: readonly string[] },
    { readonly type: 'number'; readonly minimum: number; readonly maximum: number },
  ];
  readonly default: string;
}

interface GlobsSetting {
  readonly type: 'object';
  readonly default: Readonly<Record<string, boolean>>;
}

type Setting = (
  BooleanSetting | NumberSetting | ChoiceSetting | TextSetting | DegreeSetting | GlobsSetting
) & {
  /** `machine`: no workspace has a say in it */
  readonly scope: 'language-overridable' | 'machine-overridable' | 'machine' | 'resource';
};

/** Every setting under `nihilo.`; the manifest is held to this table. */
export const settings = {
  enabled: { type: 'boolean', default: true, scope: 'language-overridable' },
  exclude: { type: 'object', default: {}, scope: 'resource' },
  // A minute is what a person waits for once, and what the project's figures are measured with.
  'training.seconds': {
    type: 'integer',
    default: 60,
    minimum: 1,
    maximum: 86_400,
    scope: 'machine-overridable',
  },
  // 0: all cores but one, which is left to the editor.
  'training.threads': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: mostThreads,
    scope: 'machine-overridable',
  },
  'training.memoryLimit': {
    type: 'integer',
    default: 1_000,
    minimum: 50,
    maximum: 4_000,
    scope: 'machine-overridable',
  },
  'training.preset': {
    type: 'string',
    default: 'auto',
    enum: presetChoices,
    scope: 'machine-overridable',
  },
  'training.seed': {
    type: 'integer',
    default: 1,
    minimum: 0,
    maximum: 0xffff_ffff,
    scope: 'machine-overridable',
  },
  base: { type: 'string', default: 'on', enum: ['on', 'off'], scope: 'machine-overridable' },
  'training.learnOnSave': { type: 'boolean', default: true, scope: 'machine-overridable' },
  // Minutes; 0: never. A machine that begins to work by itself must have been asked to.
  'training.whenIdle': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 1_440,
    scope: 'machine-overridable',
  },
  'engine.reproducible': { type: 'boolean', default: false, scope: 'machine-overridable' },
  eagerness: {
    anyOf: [
      { type: 'string', enum: ['low', 'medium', 'high'] },
      { type: 'number', minimum: 0, maximum: 1 },
    ],
    default: 'low',
    scope: 'language-overridable',
  },
  multiline: { type: 'string', default: 'auto', enum: ['never', 'auto'], scope: 'language-overridable' },
  // Several lines are many tokens, all of them sure.
  'completion.maxTokens': {
    type: 'integer',
    default: 64,
    minimum: 1,
    maximum: 64,
    scope: 'language-overridable',
  },
  wordSuggestions: {
    type: 'string',
    default: 'whereNoneServe',
    enum: ['off', 'whereNoneServe'],
    scope: 'language-overridable',
  },
  // Of the Inspector's flag: less likely than that, or more bits of entropy, and fewer tokens that stand elsewhere.
  'unsure.probability': {
    type: 'number',
    default: 0.1,
    minimum: 0,
    maximum: 1,
    scope: 'machine-overridable',
  },
  'unsure.entropy': { type: 'number', default: 4, minimum: 0, maximum: 16, scope: 'machine-overridable' },
  'unsure.tokens': { type: 'integer', default: 4, minimum: 1, maximum: 64, scope: 'machine-overridable' },
  // Off: on the corpora that it was measured with, it is worth next to nothing.
  functionCalling: { type: 'boolean', default: false, scope: 'language-overridable' },
  'completion.trigger': {
    type: 'string',
    default: 'automatic',
    enum: ['automatic', 'manual'],
    scope: 'language-overridable',
  },
  'completion.exclude': { type: 'object', default: {}, scope: 'resource' },
  // An address; empty: nothing is asked of anybody.
  'remote.endpoint': { type: 'string', default: '', scope: 'machine' },
  'remote.model': { type: 'string', default: '', scope: 'machine' },
  'remote.milliseconds': { type: 'integer', default: 150, minimum: 10, maximum: 5_000, scope: 'machine' },
} as const satisfies Record<string, Setting>;

/**
 * Whether an untrusted workspace has no say in a setting: whatever decides if, from what, for how long and with how much of the machine is
 * learnt, and whom text is sent to. Only what is shown of it and the exactness of its bits are no such thing.
 */
export function isRestricted(name: keyof typeof settings): boolean {
  return !/^((completion|engine|unsure)\.|(eagerness|multiline|wordSuggestions)$)/.test(name);
}

/** The untrusted value of a setting, by its name without `nihilo.`. */
export type SettingSource = (name: keyof typeof settings) => unknown;

export interface TrainingSettings {
  readonly seconds: number;
  readonly threads: number;
  readonly memoryLimitMb: number;
  readonly preset: PresetChoice;
  readonly seed: number;
  readonly reproducible: boolean;
  readonly calls: boolean;
}

export interface CompletionSettings {
  readonly enabled: boolean;
  /** how often a suggestion must be right to be shown */
  readonly leastAcceptance: number;
  readonly multiline: boolean;
  readonly maxTokens: number;
  /** the model may ask the editor for names that it can't know */
  readonly calls: boolean;
  /** nothing is suggested before somebody asks for it */
  readonly manual: boolean;
  /** globs of files in which nothing is suggested */
  readonly excluded: readonly string[];
}

/** @param cores of the machine, from which the number of threads follows where none is set */
export function trainingSettings(source: SettingSource, cores: number): TrainingSettings {
  const threads = numberFrom(source, 'training.threads');
  const preset = source('training.preset');
  return {
    seconds: numberFrom(source, 'training.seconds'),
    threads: threads === 0 ? usualThreads(cores) : threads,
    memoryLimitMb: numberFrom(source, 'training.memoryLimit'),
    preset: presetChoices.find((name) => name === preset) ?? settings['training.preset'].default,
    seed: numberFrom(source, 'training.seed'),
    reproducible: booleanFrom(source, 'engine.reproducible'),
    calls: booleanFrom(source, 'functionCalling'),
  };
}

export function completionSettings(source: SettingSource): CompletionSettings {
  return {
    enabled: booleanFrom(source, 'enabled'),
    leastAcceptance: 1 - doubtFrom(source),
    multiline: source('multiline') !== 'never',
    maxTokens: numberFrom(source, 'completion.maxTokens'),
    calls: booleanFrom(source, 'functionCalling'),
    manual: source('completion.trigger') === 'manual',
    excluded: excludedGlobs(source('completion.exclude')),
  };
}

/** How often a suggestion may be wrong, by the names of `nihilo.eagerness`. */
const doubts: Readonly<Record<string, number>> = { low: 0.25, medium: 0.45, high: 0.65 };

function doubtFrom(source: SettingSource): number {
  const { default: usual, anyOf } = settings.eagerness;
  const { minimum, maximum } = anyOf[1];
  const value = source('eagerness');
  if (typeof value === 'number' && !Number.isNaN(value)) return Math.min(maximum, Math.max(minimum, value));
  return (typeof value === 'string' && Object.hasOwn(doubts, value) ? doubts[value] : doubts[usual])!;
}

/** whether likely words are entries of the list of suggestions where nobody else has any */
export function suggestsWords(source: SettingSource): boolean {
  return source('wordSuggestions') !== 'off';
}

/** From where on the Inspector calls a token a guess. */
export function doubtLimits(source: SettingSource): DoubtLimits {
  return {
    probability: numberFrom(source, 'unsure.probability'),
    bits: numberFrom(source, 'unsure.entropy'),
    tokens: numberFrom(source, 'unsure.tokens'),
  };
}

export interface RemoteSettings {
  /** as it was written; empty: none */
  readonly endpoint: string;
  /** as the server calls it; empty: it has one */
  readonly model: string;
  /** that a suggestion waits for the server at most */
  readonly milliseconds: number;
}

export function remoteSettings(source: SettingSource): RemoteSettings {
  return {
    endpoint: textFrom(source, 'remote.endpoint'),
    model: textFrom(source, 'remote.model').trim(),
    milliseconds: numberFrom(source, 'remote.milliseconds'),
  };
}

export function learnsOnSave(source: SettingSource): boolean {
  return booleanFrom(source, 'training.learnOnSave');
}

/** Minutes without a key after which a training begins by itself; null: it never does. */
export function idleMinutes(source: SettingSource): number | null {
  const minutes = numberFrom(source, 'training.whenIdle');
  return minutes === 0 ? null : minutes;
}

/** whether suggestions and trainings begin with the model that ships with the extension */
export function usesBase(source: SettingSource): boolean {
  return source('base') !== 'off';
}

export function reproducible(source: SettingSource): boolean {
  return booleanFrom(source, 'engine.reproducible');
}

/** The globs that are switched on in objects such as `files.exclude`; a condition (`{ "when": … }`) is no plain yes. */
export function excludedGlobs(...objects: readonly unknown[]): string[] {
  const globs = entriesOf(objects).flatMap(([glob, value]) => (value === true ? [glob] : []));
  return [...new Set(globs)];
}

/** Those that hang on what lies beside a file, with the name that must be there. */
export function conditionalGlobs(...objects: readonly unknown[]): { glob: string; when: string }[] {
  return entriesOf(objects).flatMap(([glob, value]) => {
    const when = typeof value === 'object' && value !== null && 'when' in value ? value.when : null;
    return typeof when === 'string' && when !== '' ? [{ glob, when }] : [];
  });
}

function entriesOf(objects: readonly unknown[]): [string, unknown][] {
  return objects
    .filter((object) => typeof object === 'object' && object !== null)
    .flatMap((object) => Object.entries(object))
    .filter(([glob]) => glob !== '');
}

type NamesOf<Type> = {
  [Name in keyof typeof settings]: (typeof settings)[Name] extends Type ? Name : never;
}[keyof typeof settings];

/** The number within its limits, or the default where there is no number. */
function numberFrom(source: SettingSource, name: NamesOf<NumberSetting>): number {
  const { type, default: fallback, minimum, maximum } = settings[name];
  const value = source(name);
  if (typeof value !== 'number' || Number.isNaN(value)) return fallback;
  const within = Math.min(maximum, Math.max(minimum, value));
  return type === 'integer' ? Math.round(within) : within;
}

function textFrom(source: SettingSource, name: 'remote.endpoint' | 'remote.model'): string {
  const value = source(name);
  return typeof value === 'string' ? value : settings[name].default;
}

function booleanFrom(source: SettingSource, name: NamesOf<BooleanSetting>): boolean {
  const value = source(name);
  return typeof value === 'boolean' ? value : settings[name].default;
}
