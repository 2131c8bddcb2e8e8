import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../extension/engine/config.ts';
import { weightFormat } from '../../extension/engine/decodePlan.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { latin1 } from '../../extension/tokenizer/latin1.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { choosePlace, type HeldOutText, Samples } from '../../extension/training/samples.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, realCode } from '../engine/tinyModel.ts';

const files = realCode();
const tokenizer = trainTokenizer(files, 400);
const config = { ...presetConfig('pencil'), maxPositionEmbeddings: 64, vocabSize: tokenizer.vocabSize };
const texts: HeldOutText[] = files.map((bytes, i) => ({
  document: { path: `${i}.ts`, linesBefore: 0 },
  ids: tokenizer.encode(bytes),
}));
const joined = (tokens: readonly string[]): string => Buffer.from(tokens.join(''), 'latin1').toString();

describe('choosePlace', () => {
  it('is the beginning of a line of the first text that is long enough, as its file and line say', () => {
    const short = { document: { path: 'short.ts', linesBefore: 0 }, ids: texts[0]!.ids.subarray(0, 40) };
    const { prompt, ids } = choosePlace([short, ...texts], tokenizer, config)!;
    expect(prompt.file).toBe('0.ts');
    expect([prompt.before.length, prompt.after.length, ids.length]).toEqual([32, 24, 32]);
    const whole = files[0]!.toString();
    const at = whole.indexOf(joined(prompt.before) + joined(prompt.after));
    const above = whole.slice(0, at) + joined(prompt.before);
    // A token may hold the indentation of the line, too.
    expect(above).toMatch(/\n[ \t]*$/);
    expect(joined(prompt.after)).not.toMatch(/^[ \t]*\n/);
    expect(prompt.line).toBe(above.split('\n').length);
  });

  it('counts the lines that a document’s file has above it', () => {
    const { document, ids } = texts[0]!;
    const line = (place: Partial<HeldOutText['document']>): number =>
      choosePlace([{ document: { ...document, ...place }, ids }], tokenizer, config)!.prompt.line;
    expect(line({ linesBefore: 100 })).toBe(line({}) + 100);
    expect(line({ removed: { before: 0, lines: 7 } })).toBe(line({}) + 7);
  });

  it('is somewhere in a text of one line, and nowhere where all are too short', () => {
    const bytes = Buffer.from('a '.repeat(200));
    const text = { document: { path: 'one', linesBefore: 0 }, ids: tokenizer.encode(bytes) };
    expect(choosePlace([text], tokenizer, config)!.prompt.line).toBe(1);
    const short = { ...text, ids: text.ids.subarray(0, 55) };
    expect(choosePlace([short], tokenizer, config)).toBeNull();
  });

  it('leaves a model of the shortest context half of it to go on in', () => {
    const { prompt } = choosePlace(texts, tokenizer, { maxPositionEmbeddings: 8 })!;
    expect([prompt.before.length, prompt.after.length]).toEqual([4, 4]);
  });
});

describe('Samples', () => {
  const place = choosePlace(texts, tokenizer, config)!;
  const open = (bytes: number): Samples | null =>
    Samples.within(bytes, compiled('baseline'), config, tokenizer, place);

  it('goes on by the likeliest token of whatever weights it is given, as a decoder of its own would', () => {
    const samples = open(2 ** 30)!;
    const lengths = new Set<number>();
    // At least eight, and as many as it takes until one has ended early, where a control token was the likeliest.
    for (let seed = 1; seed <= 8 || (lengths.size < 2 && seed <= 200); seed++) {
      const tensors = randomTensors(config, seed);
      const told = samples.goOn(tensors);
      const ids = [...place.ids];
      const expected: string[] = [];
      while (expected.length < place.prompt.after.length) {
        const logits = new Decoder(compiled('baseline'), config, tensors, 'f32').next(ids)!;
        const id = logits.indexOf(Math.max(...logits));
        if (id >= tokenizer.endOfText) break;
        expected.push(latin1(tokenizer.tokenBytes(id)));
        ids.push(id);
      }
      expect(told).toEqual(expected);
      lengths.add(told.length);
    }
    expect(lengths.has(place.prompt.after.length)).toBe(true);
    expect(lengths.size).toBeGreaterThan(1);
  });

  it('needs the memory of a decoder, and is not there where that is too much', () => {
    const needed = Decoder.bytes(compiled('baseline'), config, weightFormat(config));
    expect(open(needed - 1)).toBeNull();
    expect(open(needed)).not.toBeNull();
  });
});
