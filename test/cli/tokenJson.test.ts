import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tokenJson } from '../../extension/cli/tokenJson.ts';
import { controlBytes } from '../../extension/protocol/tokenBytes.ts';

/** Whole text and torn text, each often. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((raw) => Buffer.from(raw)),
  fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
  fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text).subarray(1)),
);

it('gives every byte back, as text where that is exact and in hexadecimal where it is not', () => {
  fc.assert(
    fc.property(bytes, (raw) => {
      const json = tokenJson(7, raw.toString('latin1'));
      expect(json.text).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw));
      const back = json.bytes === undefined ? Buffer.from(json.text) : Buffer.from(json.bytes, 'hex');
      expect(back.equals(raw)).toBe(true);
      expect(json.bytes === undefined).toBe(Buffer.from(json.text).equals(raw));
    }),
    { numRuns: 1_000 },
  );
});

it('keeps a byte order mark', () => {
  expect(tokenJson(0, '\u00ef\u00bb\u00bf')).toEqual({ id: 0, text: '\ufeff' });
});

it('calls a control token by its name, which stands for no bytes', () => {
  const name = '<|endoftext|>';
  expect(tokenJson(9, controlBytes(name))).toEqual({ id: 9, text: name, bytes: '' });
});
