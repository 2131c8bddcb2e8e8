import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands, contextKeys } from '../../extension/host/commands.ts';
import { stageIds } from '../../extension/protocol/stages.ts';
import { isRestricted, settings } from '../../extension/host/settings.ts';

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const phrases: Record<string, string> = JSON.parse(readFileSync(new URL('package.nls.json', root), 'utf8'));

/** The sources of the host, which alone touches the editor. */
const sources = readdirSync(new URL('extension/host/', root))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(new URL(`extension/host/${name}`, root), 'utf8'));

/** of the webviews that stand in tabs */
const viewTypes = sources.flatMap((source) =>
  [...source.matchAll(/const viewType = '([^']+)'/g)].map(([, viewType]) => viewType),
);

const viewIds = Object.values<{ id: string }[]>(manifest.contributes.views)
  .flat()
  .map(({ id }) => id);

describe('the manifest', () => {
  it('contributes exactly the commands of the table, in one category', () => {
    const contributed: { command: string; category: string }[] = manifest.contributes.commands;
    expect(contributed.map(({ command }) => command).sort()).toEqual(Object.values(commands).sort());
    expect(new Set(contributed.map(({ category }) => category))).toEqual(new Set(['Nihilo']));
  });

  it('contributes exactly the settings of the table: type, default, limits and scope', () => {
    const properties: Record<string, Record<string, unknown>> = manifest.contributes.configuration.properties;
    expect(Object.keys(properties).sort()).toEqual(
      Object.keys(settings)
        .map((name) => `nihilo.${name}`)
        .sort(),
    );
    for (const [name, setting] of Object.entries(settings)) {
      expect(properties[`nihilo.${name}`]).toMatchObject(setting);
    }
  });

  it('orders its settings from 1 without a gap', () => {
    const properties: { order: number }[] = Object.values(manifest.contributes.configuration.properties);
    expect(properties.map(({ order }) => order)).toEqual(properties.map((_, i) => i + 1));
  });

  it('asks in when clauses only for commands and context keys that there are', () => {
    const menus: Record<string, { command: string; when: string }[]> = manifest.contributes.menus;
    for (const { command, when } of Object.values(menus).flat()) {
      expect(Object.values(commands)).toContain(command);
      const keys = when.match(/nihilo\.\w+/g) ?? [];
      for (const key of keys) expect([...Object.values(contextKeys), ...viewIds]).toContain(key);
    }
  });

  it('marks what is surprising from the title of an editor, by one button at a time, only where there is something to mark', () => {
    const entries: { command: string; when: string; group: string }[] =
      manifest.contributes.menus['editor/title'];
    const { markSurprise, unmarkSurprise } = commands;
    const { marked, markable } = contextKeys;
    expect(entries.map(({ command, when }) => [command, when])).toEqual([
      // A tab that has no text beside the editor has no language.
      [markSurprise, `${markable} && !${marked} && resourceLangId`],
      [unmarkSurprise, `${markable} && ${marked} && resourceLangId`],
    ]);
    const contributed: { command: string; icon?: string }[] = manifest.contributes.commands;
    const icons = entries.map(
      ({ command }) => contributed.find((other) => other.command === command)!.icon ?? '',
    );
    for (const icon of icons) expect(icon).toMatch(/^\$\([\w-]+\)$/);
    expect(new Set(icons).size).toBe(2);
    for (const { group } of entries) expect(group).toMatch(/^navigation/);
  });

  it('contributes exactly the colours that the host paints with, each for every kind of theme', () => {
    const painted = sources.flatMap((source) =>
      [...source.matchAll(/ThemeColor\('(nihilo\.[^']+)'\)/g)].map(([, id]) => id),
    );
    const contributed: { id: string; defaults: Record<string, string> }[] = manifest.contributes.colors;
    expect(contributed.map(({ id }) => id).sort()).toEqual([...new Set(painted)].sort());
    for (const { id, defaults } of contributed) {
      expect(Object.keys(defaults), id).toEqual(['dark', 'light', 'highContrast', 'highContrastLight']);
    }
  });

  it('offers the menu of a number in every page of the Inspector, and there alone', () => {
    const entries: { command: string; when: string }[] = manifest.contributes.menus['webview/context'];
    expect(entries.map(({ command }) => command)).toEqual([commands.pencilNumber, commands.copyNumber]);
    for (const { when } of entries) {
      const [, pattern] = /^webviewId =~ \/(.+)\/ && webviewSection == number$/.exec(when)!;
      const isShown = (id: string) => new RegExp(pattern!).test(id);
      expect([...viewTypes, 'nihilo.why'].filter((id) => isShown(id!))).toEqual([...viewTypes, 'nihilo.why']);
      for (const other of ['nihilo.corpus', 'other.nihilo.why', 'nihilo_why'])
        expect(isShown(other)).toBe(false);
    }
  });

  it('offers to forget a file of the Explorer where one is chosen: of several only the one under the pointer would be forgotten', () => {
    const entries: { command: string; when: string }[] = manifest.contributes.menus['explorer/context'];
    expect(entries.map(({ command }) => command)).toEqual([commands.forgetFile]);
    for (const { when } of entries) expect(when.split(' && ')).toContain('!listMultiSelection');
  });

  it('has a phrase for every placeholder and a placeholder for every phrase', () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(phrases).sort());
  });

  it('withholds from an untrusted workspace every setting that decides what is learnt', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    expect(supported).toBe('limited');
    const names = Object.keys(settings) as (keyof typeof settings)[];
    const restricted = names.filter(isRestricted).map((name) => `nihilo.${name}`);
    expect(restrictedConfigurations.toSorted()).toEqual(restricted.sort());
    for (const name of ['enabled', 'exclude', 'base', 'training.learnOnSave']) {
      expect(restrictedConfigurations).toContain(`nihilo.${name}`);
    }
  });

  it('says that an untrusted workspace can still leave files out, by what no setting of ours withholds', () => {
    const sentence = phrases['capability.untrustedWorkspaces'];
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).not.toContain('files.exclude');
    for (const source of ['.gitignore', 'files.exclude']) expect(sentence).toContain(source);
    expect(sentence).toContain('only leave files out');
  });

  it('has Markdown only where it is rendered', () => {
    const plain = [
      ...JSON.stringify(manifest).matchAll(/"(?:enumDescriptions|description)":(\[[^\]]*\]|"[^"]*")/g),
    ]
      .flatMap(([, value]) => [...value!.matchAll(/%(setting[^%]+)%/g)])
      .map(([, key]) => key as keyof typeof phrases);
    expect(plain.length).toBeGreaterThan(5);
    expect(plain.filter((key) => /[`*]|#\w/.test(phrases[key]!))).toEqual([]);
  });

  it('says which memory the limit counts', () => {
    expect(phrases['setting.training.memoryLimit.description']).toMatch(/WebAssembly memory.*come on top/);
  });

  it('contributes exactly the views that the host fills, hidden until they are asked for', () => {
    const filled = sources.flatMap((source) =>
      [...source.matchAll(/const viewId = '([^']+)'/g)].map(([, viewId]) => viewId),
    );
    expect(viewIds).toEqual(filled);
    for (const { visibility } of Object.values<{ visibility: string }[]>(manifest.contributes.views).flat()) {
      expect(visibility).toBe('collapsed');
    }
  });

  it('has a walkthrough of few steps and one of chapters, each with something to do, a picture that ships, and an end', () => {
    const [walkthrough, chapters, ...others] = manifest.contributes.walkthroughs;
    expect(others).toEqual([]);
    expect(walkthrough.steps.length).toBeLessThanOrEqual(6);
    expect(chapters.steps.length).toBeLessThanOrEqual(8);
    for (const { id, description, media, completionEvents } of [...walkthrough.steps, ...chapters.steps]) {
      const [, command] = /\]\(command:([\w.]+)/.exec(phrases[description.slice(1, -1)]!) ?? [];
      expect(command, id).toBeDefined();
      if (command!.startsWith('nihilo.')) expect(Object.values(commands)).toContain(command);
      for (const picture of picturesOf(media)) expect(existsSync(new URL(picture, root)), id).toBe(true);
      expect(completionEvents, id).not.toEqual([]);
      for (const [, key] of completionEvents.join(' ').matchAll(/onContext:(\S+)/g)) {
        expect(Object.values(contextKeys)).toContain(key);
      }
    }
  });

  it('ends each step by an event of its own, with a picture of its own in each theme', () => {
    const [walkthrough, chapters] = manifest.contributes.walkthroughs;
    for (const { steps } of [walkthrough, chapters]) {
      const events = steps.flatMap(
        ({ completionEvents }: { completionEvents: string[] }) => completionEvents,
      );
      expect(new Set(events).size).toBe(events.length);
      const pictures = steps.map(({ media }: { media: Media }) => picturesOf(media).join(' '));
      expect(new Set(pictures).size).toBe(steps.length);
      const texts = steps.map(({ media }: { media: Media }) => media.altText);
      expect(new Set(texts).size).toBe(steps.length);
    }
    for (const { media } of chapters.steps) {
      expect(Object.keys(media.image)).toEqual(['dark', 'light', 'hc', 'hcLight']);
      expect(media.image.dark).not.toBe(media.image.light);
    }
  });

  it('ends each chapter when its stage has been opened from it', () => {
    const [, { steps }] = manifest.contributes.walkthroughs;
    for (const { id, description, completionEvents } of steps) {
      const [, argument] = /openInspector\?([^)]+)\)/.exec(phrases[description.slice(1, -1)]!) ?? [];
      if (argument === undefined) continue;
      const [stage] = JSON.parse(decodeURIComponent(argument));
      expect(completionEvents, id).toEqual([`onContext:${contextKeys.chapter} == ${stage}`]);
    }
  });

  it('opens in each chapter a stage that there is', () => {
    const [, { steps }] = manifest.contributes.walkthroughs;
    const opened = steps.flatMap(({ description }: { description: string }) => {
      const [, argument] = /openInspector\?([^)]+)\)/.exec(phrases[description.slice(1, -1)]!) ?? [];
      return argument === undefined ? [] : JSON.parse(decodeURIComponent(argument));
    });
    expect(opened.length).toBe(steps.length - 1);
    for (const stage of opened) expect(stageIds).toContain(stage);
  });

  it('runs in Node and in a browser, in workspaces of any file system, from files that are built', () => {
    const build = readFileSync(new URL('build.mjs', root), 'utf8');
    for (const entry of [manifest.main, manifest.browser]) {
      expect(build).toContain(`outfile: '${entry.slice(2)}'`);
    }
    expect(manifest.capabilities.virtualWorkspaces).toBe(true);
  });

  it('binds no key', () => {
    expect(manifest.contributes.keybindings).toBeUndefined();
  });

  it('asks for no newer editor than the API that is compiled against', () => {
    const [, engine] = /^\^(\d+\.\d+)\.\d+$/.exec(manifest.engines.vscode)!;
    expect(manifest.devDependencies['@types/vscode']).toMatch(new RegExp(`^${engine}\\.`));
  });

  it('is woken for every webview that the host restores', () => {
    expect(viewTypes).not.toEqual([]);
    for (const viewType of viewTypes) {
      expect(manifest.activationEvents).toContain(`onWebviewPanel:${viewType}`);
    }
  });
});

interface Media {
  readonly altText: string;
  readonly svg?: string;
  readonly image?: string | Readonly<Record<string, string>>;
}

/** One for all themes, or one for each. */
function picturesOf({ svg, image }: Media): readonly string[] {
  if (svg !== undefined) return [svg];
  return typeof image === 'string' ? [image] : Object.values(image ?? {});
}
