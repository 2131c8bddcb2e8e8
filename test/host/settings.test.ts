import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completionSettings,
  conditionalGlobs,
  excludedGlobs,
  idleMinutes,
  reproducible,
  settings,
  suggestsWords,
  trainingSettings,
} from '../../extension/host/settings.ts';
import { presetChoices } from '../../extension/protocol/model.ts';

const names = Object.keys(settings) as (keyof typeof settings)[];
const unset = (): undefined => undefined;

/** whatever a person may have written into settings.json, and worse */
const anySource = fc
  .dictionary(fc.constantFrom(...names), fc.oneof(fc.anything(), fc.double(), fc.integer()))
  .map((values) => (name: keyof typeof settings) => values[name]);

describe('settings', () => {
  it('are the defaults of the table where nothing is set', () => {
    expect(trainingSettings(unset, 8)).toEqual({
      seconds: settings['training.seconds'].default,
      threads: 7,
      memoryLimitMb: settings['training.memoryLimit'].default,
      preset: settings['training.preset'].default,
      seed: settings['training.seed'].default,
      reproducible: false,
      calls: false,
    });
    expect(completionSettings(unset)).toEqual({
      enabled: true,
      leastAcceptance: 0.75,
      multiline: true,
      calls: false,
      maxTokens: settings['completion.maxTokens'].default,
      manual: false,
      excluded: [],
    });
    expect(idleMinutes(unset)).toBeNull();
    expect(reproducible(unset)).toBe(false);
  });

  it('are within their limits whatever is set', () => {
    fc.assert(
      fc.property(anySource, fc.integer({ min: 1, max: 256 }), (source, cores) => {
        const { threads, preset, ...training } = trainingSettings(source, cores);
        const { enabled, ...completion } = completionSettings(source);
        expect(threads).toSatisfy(Number.isInteger);
        expect(threads).toBeGreaterThanOrEqual(1);
        expect(threads).toBeLessThanOrEqual(settings['training.threads'].maximum);
        expect(presetChoices).toContain(preset);
        expect(typeof enabled).toBe('boolean');
        expect(typeof training.reproducible).toBe('boolean');
        expect(typeof completion.manual).toBe('boolean');
        expect(completion.excluded).toSatisfy((globs: unknown[]) =>
          globs.every((glob) => typeof glob === 'string' && glob !== ''),
        );
        const limited = [
          [idleMinutes(source) ?? 0, settings['training.whenIdle']],
          [training.seconds, settings['training.seconds']],
          [training.memoryLimitMb, settings['training.memoryLimit']],
          [training.seed, settings['training.seed']],
          [completion.maxTokens, settings['completion.maxTokens']],
          [completion.leastAcceptance, settings.eagerness.anyOf[1]],
        ] as const;
        for (const [value, { type, minimum, maximum }] of limited) {
          expect(value).toBeGreaterThanOrEqual(minimum);
          expect(value).toBeLessThanOrEqual(maximum);
          if (type === 'integer') expect(value).toSatisfy(Number.isInteger);
        }
      }),
    );
  });

  it('are taken as they are set when they are valid', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 86_400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(...presetChoices),
        fc.boolean(),
        (seconds, eagerness, preset, flag) => {
          const values: Partial<Record<keyof typeof settings, unknown>> = {
            'training.seconds': seconds,
            'training.preset': preset,
            eagerness,
            multiline: flag ? 'auto' : 'never',
            'engine.reproducible': flag,
            enabled: flag,
            functionCalling: flag,
          };
          const source = (name: keyof typeof settings): unknown => values[name];
          expect(trainingSettings(source, 2)).toMatchObject({
            seconds,
            preset,
            reproducible: flag,
            calls: flag,
          });
          expect(completionSettings(source)).toEqual({
            enabled: flag,
            leastAcceptance: 1 - eagerness,
            multiline: flag,
            maxTokens: settings['completion.maxTokens'].default,
            calls: flag,
            manual: false,
            excluded: [],
          });
        },
      ),
    );
  });

  it('know three degrees of eagerness by name, each of which shows more than the one before, and take no other name', () => {
    const least = (eagerness: unknown): number =>
      completionSettings((name) => (name === 'eagerness' ? eagerness : undefined)).leastAcceptance;
    const degrees = settings.eagerness.anyOf[0].enum.map(least);
    expect(degrees).toEqual([0.75, expect.closeTo(0.55), expect.closeTo(0.35)]);
    for (const name of ['extreme', 'toString', '', null]) expect(least(name)).toBe(0.75);
  });

  it('let words be suggested unless that is switched off', () => {
    expect(suggestsWords(unset)).toBe(true);
    expect(suggestsWords(() => 'off')).toBe(false);
  });

  it('leave one core to the editor, never train with none, and take any number that is set', () => {
    const threads = (set: number, cores: number): number =>
      trainingSettings((name) => (name === 'training.threads' ? set : undefined), cores).threads;
    expect(threads(0, 1)).toBe(1);
    expect(threads(0, 2)).toBe(1);
    expect(threads(0, 16)).toBe(15);
    expect(threads(3, 16)).toBe(3);
    expect(threads(1, 16)).toBe(1);
    expect(threads(64, 2)).toBe(64);
    expect(threads(0, 128)).toBe(64);
  });
});

describe('conditionalGlobs', () => {
  it('holds each glob with the name that it hangs on, of what is no plain yes or no', () => {
    const when = '$(basename).ts';
    const objects = [
      { a: true, '**/*.js': { when }, b: { when: 1 }, c: { when: '' }, d: null, '': { when } },
    ];
    expect(conditionalGlobs(...objects, null, 'e')).toEqual([{ glob: '**/*.js', when }]);
  });
});

describe('excludedGlobs', () => {
  it('holds each glob that is true in any of the objects once, and no conditional one', () => {
    expect(
      excludedGlobs(
        { '**/.git': true, '**/*.js': { when: '$(basename).ts' }, '**/out': false },
        { '**/.git': true, 'docs/**': true },
      ),
    ).toEqual(['**/.git', 'docs/**']);
  });

  it('is a list of globs whatever is set', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (objects) => {
        for (const glob of excludedGlobs(...objects)) {
          expect(glob.length).toBeGreaterThan(0);
          expect(objects).toSatisfy((all: unknown[]) =>
            all.some((object) => (object as Record<string, unknown> | null | undefined)?.[glob] === true),
          );
        }
      }),
    );
  });
});
