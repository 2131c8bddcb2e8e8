import fc from 'fast-check';
import { expect, it } from 'vitest';
import { controlBytes } from '../../extension/protocol/tokenBytes.ts';
import { quotedToken, surpriseRanges } from '../../extension/host/surpriseRanges.ts';

it('finds tokens in the text whatever its characters, and joins on without a gap or an overlap', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.integer({ min: 1, max: 5 })), (text, lengths) => {
      const bytes = new TextEncoder().encode(text);
      let start = 0;
      const surprises = lengths.flatMap((length) => {
        const token = { start, length: Math.min(length, bytes.length - start), bits: 0, rank: 1, others: [] };
        start += token.length;
        return token.length > 0 ? [token] : [];
      });
      const ranges = surpriseRanges(text, surprises, 1);
      ranges.forEach(({ start, end }, i) => {
        expect(start).toBe(i === 0 ? 0 : ranges[i - 1]!.end);
        const { start: byte, length } = surprises[i]!;
        const token = bytes.subarray(byte, byte + length);
        // Where it is cut between characters, it is what stands there.
        const decoded = new TextDecoder().decode(token);
        if (!decoded.includes('\ufffd') && !text.startsWith('\ufeff'))
          expect(text.slice(start, end)).toBe(decoded);
      });
      if (start === bytes.length && ranges.length > 0) expect(ranges.at(-1)!.end).toBe(text.length);
    }),
  );
});

it('finds tokens in a document whose lines end with two characters', () => {
  const token = (start: number, length: number) => ({ start, length, bits: 0, rank: 1, others: [] });
  const document = 'é();\r\n\r\n  b\r\n';
  const tokens = [token(0, 2), token(2, 4), token(6, 4), token(10, 1)];
  const ranges = surpriseRanges(document.replaceAll('\r\n', '\n'), tokens, 2);
  expect(ranges.map(({ start, end }) => document.slice(start, end))).toEqual([
    'é',
    '();\r\n',
    '\r\n  b',
    '\r\n',
  ]);
});

it.each([
  [0.99, -1],
  [1, 0],
  [3.9, 0],
  [4, 1],
  [8, 2],
  [20, 2],
])('%d bits are band %d', (bits, band) => {
  expect(surpriseRanges('a', [{ start: 0, length: 1, bits, rank: 1, others: [] }], 1)[0]!.band).toBe(band);
});

it.each([
  [' total', '·total'],
  ['\xe2\x80\xae', '⟨U+202E⟩'],
  ['\x00', '⟨U+0000⟩'],
  ['\n\t', '⏎→'],
  ['\r\n', '⏎'],
  [Buffer.from('求', 'utf8').toString('latin1'), '求'],
  ['\xe5\x92', '\ufffd'],
  [controlBytes('<|endoftext|>'), '<|endoftext|>'],
])('the token %j is quoted as “%s”', (bytes, said) => {
  expect(quotedToken(bytes)).toBe(said);
});
