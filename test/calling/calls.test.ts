import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callMessage, callText, canCall } from '../../extension/calling/callForm.ts';
import { callPlace } from '../../extension/calling/callPlace.ts';
import { definitions } from '../../extension/calling/definitions.ts';
import { callVersions, TextsWithCalls } from '../../extension/calling/textWithCalls.ts';
import { WorkspaceNames } from '../../extension/calling/workspaceNames.ts';
import { hashText } from '../../extension/corpus/hash.ts';
import { Random } from '../../extension/engine/random.ts';
import { Tokenizer, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { realCode } from '../engine/tinyModel.ts';

const code = realCode();
const tokenizer = trainTokenizer(code, 800);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const paths = code.map((_, i) => `engine/${i}.ts`);
const texts = code.map((bytes, i) => ({ path: paths[i]!, bytes }));

describe('a message', () => {
  it('reads as its form says, and its names are in the tokens that they have where they are used', () => {
    const ids = callMessage(tokenizer, { tool: 'names', argument: 'par' }, ['parameterTable', 'parse'], ' ');
    expect(callText(tokenizer, ids)).toBe('<|call|>names par<|result|> parameterTable, parse<|end|>');
    const name = [...tokenizer.encode(encoder.encode(' parameterTable'))];
    expect(ids.join()).toContain(name.join());
  });

  it('is none that a tokenizer from before there were calls can write', () => {
    const first = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    expect(canCall(new Tokenizer(first, [], ['<|endoftext|>']))).toBe(false);
    expect(canCall(tokenizer)).toBe(true);
  });
});

describe('a place where a name can be asked for', () => {
  it.each([
    ['const a = foo.ba', { tool: 'members', argument: 'foo' }, 'ba', ''],
    ['ptr->', { tool: 'members', argument: 'ptr' }, '', ''],
    ['std::vec', { tool: 'members', argument: 'std' }, 'vec', ''],
    ['call(x)?.', { tool: 'members', argument: '' }, '', ''],
    ['a = ', { tool: 'names', argument: '' }, '', ' '],
    ['a = new Fo', { tool: 'names', argument: 'Fo' }, 'Fo', ' '],
    ['\n    retur', { tool: 'names', argument: 'retur' }, 'retur', ''],
    ['[...it', { tool: 'names', argument: 'it' }, 'it', ''],
  ])('%j asks for %j', (prefix, call, word, lead) => {
    expect(callPlace(prefix)).toMatchObject({ call, word, lead });
  });

  it.each(['// the ', ' * the ', '# the ', "const a = 'the ", 'a(b) // the '])(
    'is not in prose: %j',
    (prefix) => {
      expect(callPlace(prefix)).toBeNull();
    },
  );

  it.each(['a = 12', 'call()', '"text"', '$sc', 'x = 3.5e', 'list[0]'])('is not behind %j', (prefix) => {
    expect(callPlace(prefix)).toBeNull();
  });

  it('begins where a token begins, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: code.length - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (file, at) => {
          const text = decoder.decode(code[file]);
          const words = [...text.matchAll(/(?<![\p{N}$#@])[\p{L}_][\p{L}\p{M}\p{N}_]*/gu)];
          const { index } = words[Math.floor(at * (words.length - 1))]!;
          const place = callPlace(text.slice(0, index));
          if (place === null) return;
          const [head, tail] = [text.slice(0, place.start), text.slice(place.start)];
          const pieces = [
            ...tokenizer.encode(encoder.encode(head)),
            ...tokenizer.encode(encoder.encode(tail)),
          ];
          expect(pieces).toEqual([...tokenizer.encode(code[file]!)]);
        },
      ),
    );
  });
});

describe('definitions', () => {
  it.each([
    ['export class Decoder {\n  readonly config: X;\n  next(ids: number[]): F {\n', 'Decoder .config .next'],
    ['def parse(self):\n    self.size = 3\nLIMIT = 4\n', 'parse .size LIMIT'],
    ['func (c *Command) Run() {\n}\ntype Command struct {\n', '.Run Command'],
    ['pub fn find(text: &str) -> bool {\npub struct Regex {\n', 'find Regex'],
    ['  if (ready) {\n  while (a) {\n  const local = 1;\n', ''],
  ])('of %j', (text, expected) => {
    const found = definitions(text).map(({ name, isMember }) => `${isMember ? '.' : ''}${name}`);
    expect(found.toSorted()).toEqual(expected.split(' ').filter(Boolean).toSorted());
  });

  it('takes no longer for what nobody wrote', () => {
    expect(definitions(`  a(${')'.repeat(100_000)}`)).toEqual([]);
  });

  it.each(['\r', '\r\n', '\u2028'])('ends a line with %j as with a line feed', (end) => {
    const lines = ['class Nest {', '  hatch(', '  eggs) {', ...Array<string>(10_000).fill('  f(a)'), '{'];
    expect(definitions(lines.join(end))).toEqual(definitions(lines.join('\n')));
  });
});

describe('what is answered', () => {
  const names = new WorkspaceNames();
  names.add('shape.ts', 'export class Shape {\n  area(): number {\n');
  names.add('other.ts', 'export class Other {\n  depth(): number {\n');
  names.add('self.ts', 'export class Self {\n');

  it('is names of other texts, first those of texts that this one uses, and members of these alone', () => {
    const writer = names.writer('self.ts');
    expect(writer.answer('members', '')).toEqual([]);
    writer.write('Other');
    expect(writer.answer('names', '')).toEqual(['Other', 'Shape']);
    expect(writer.answer('members', '')).toEqual(['depth']);
    expect(writer.answer('names', 'Sh')).toEqual(['Shape']);
  });
});

describe('training text with calls', () => {
  const randomOf =
    (seed: number) =>
    (name: string): (() => number) => {
      const generator = new Random(hashText(`${seed}${name}`));
      return () => generator.uniform();
    };
  const versions = Array.from({ length: callVersions }, (_, version) => version);
  const [call, result, end] = [1, 2, 3].map((i) => tokenizer.endOfText + i);

  it('is the text where the messages are left out, and each place of one is in one version', () => {
    const withCalls = new TextsWithCalls(tokenizer, texts, randomOf(1));
    let all = 0;
    for (const text of texts) {
      const places: number[] = [];
      for (const version of versions) {
        const plain: number[] = [];
        let within = false;
        for (const id of withCalls.encode(text, version)) {
          if (id === call) places.push(plain.length);
          if (id === call) within = true;
          if (!within) plain.push(id);
          if (id === end) within = false;
        }
        expect(plain).toEqual([...tokenizer.encode(text.bytes)]);
      }
      expect(new Set(places).size).toBe(places.length);
      all += places.length;
    }
    expect(all).toBeGreaterThan(50);
  });

  it('names in each message what follows it, which the text before it has not', () => {
    const withCalls = new TextsWithCalls(tokenizer, texts, randomOf(2));
    for (const text of texts) {
      const ids = versions.flatMap((version) => [...withCalls.encode(text, version), tokenizer.endOfText]);
      for (let i = ids.indexOf(call!); i >= 0; i = ids.indexOf(call!, i + 1)) {
        const from = ids.indexOf(result!, i) + 1;
        const to = ids.indexOf(end!, from);
        const message = callText(tokenizer, ids.slice(from, to));
        const shown = message.split(',').map((name) => name.trim());
        const rest = callText(tokenizer, ids.slice(to + 1, ids.indexOf(tokenizer.endOfText, to))).trimStart();
        const name = /^[\p{L}\p{M}\p{N}_]+/u.exec(rest)![0];
        expect(shown).toContain(name);
        expect(shown.length).toBeLessThanOrEqual(8);
        const begun = ids.slice(ids.lastIndexOf(tokenizer.endOfText, i) + 1, i);
        const before = callText(tokenizer, begun).replaceAll(/<\|call\|>.*?<\|end\|>/gs, '');
        expect(before).not.toMatch(new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'u'));
      }
    }
  });

  it('has room for texts of more tokens than a call has for arguments', () => {
    const digits = encoder.encode(`x = ${'0123456789'.repeat(30_000)}\na = Shape\n`);
    const shapes = { path: 'shape.ts', bytes: encoder.encode('export class Shape {\n') };
    const long = { path: 'long.ts', bytes: digits };
    const withCalls = new TextsWithCalls(tokenizer, [shapes, long], randomOf(1));
    const encoded = versions.map((version) => withCalls.encode(long, version));
    expect(encoded.filter((ids) => ids.includes(call!))).toHaveLength(1);
    expect(encoded.every(({ length }) => length > 200_000)).toBe(true);
  });

  it('is the same for the same numbers', () => {
    const encoded = (seed: number): string =>
      texts.map((text) => new TextsWithCalls(tokenizer, texts, randomOf(seed)).encode(text, 0).join()).join();
    expect(encoded(3)).toBe(encoded(3));
    expect(encoded(3)).not.toBe(encoded(4));
  });
});
