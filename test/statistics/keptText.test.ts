import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptText } from '../../extension/statistics/keptText.ts';

const uri = 'file:///a.ts';

describe('kept text', () => {
  it('is all there until something is done to it', () => {
    const kept = new KeptText(uri, 10, 'return value;');
    kept.change(uri, { offset: 0, length: 2, text: 'a longer beginning' });
    kept.change(uri, { offset: 10 + 16 + 13, length: 0, text: ' // behind' });
    kept.change('file:///b.ts', { offset: 10 + 16, length: 13, text: '' });
    expect([kept.inserted, kept.left()]).toEqual([13, 13]);
    // Exactly the text itself is taken out.
    kept.change(uri, { offset: 10 + 16, length: 13, text: '' });
    expect(kept.left()).toBe(0);
  });

  it('is what is left of it in its order when a part is replaced', () => {
    const kept = new KeptText(uri, 0, 'getName()');
    kept.change(uri, { offset: 3, length: 4, text: 'Size' });
    // g e t, the e of Name in Size, ( )
    expect(kept.left()).toBe(6);
  });

  it('is found again in a replacement of the lines around it', () => {
    const kept = new KeptText(uri, 4, 'x = 1');
    kept.change(uri, { offset: 0, length: 20, text: '  let x = 1;\n' });
    expect(kept.left()).toBe(5);
  });

  it('is found in a replacement of the whole document, and in one that comes back, wherever in it', () => {
    const around = [0, 1].map((half) => Array.from({ length: 300 }, (_, i) => `line ${half}${i}\n`).join(''));
    const text = 'QWERTYUIOP(ASDFGHJKL);';
    const document = `${around[0]}${text}${around[1]}`;
    const start = around[0]!.length;
    const kept = new KeptText(uri, start, text);
    // A file that is read anew.
    kept.change(uri, { offset: 0, length: document.length, text: `// first\n${document}` });
    expect(kept.left()).toBe(text.length);
    // All of it is deleted, and that undone.
    kept.change(uri, { offset: 0, length: document.length + 9, text: '' });
    expect(kept.left()).toBe(0);
    kept.change(uri, { offset: 0, length: 0, text: `// first\n${document}` });
    expect(kept.left()).toBe(text.length);
    // It is known where it stands: what is edited elsewhere is not its own.
    kept.change(uri, { offset: 9 + start, length: 6, text: '' });
    kept.change(uri, { offset: 0, length: 9, text: 'QWERTY' });
    expect(kept.left()).toBe(text.length - 6);
  });

  it('comes back when what was taken back is done again, and not when something else is written in its place', () => {
    const kept = new KeptText(uri, 4, 'value');
    kept.change(uri, { offset: 4, length: 5, text: '' });
    kept.change(uri, { offset: 4, length: 0, text: 'velar glue' });
    expect(kept.left()).toBe(0);
    kept.change(uri, { offset: 4, length: 10, text: '' });
    kept.change(uri, { offset: 4, length: 0, text: 'value' });
    expect(kept.left()).toBe(5);
  });

  it('never has more characters than were inserted or than stand in its place', () => {
    const change = fc.record({ offset: fc.nat(40), length: fc.nat(20), text: fc.string({ maxLength: 10 }) });
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), fc.array(change), (text, changes) => {
        const kept = new KeptText(uri, 10, text);
        for (const one of changes) kept.change(uri, one);
        expect(kept.left()).toBeGreaterThanOrEqual(0);
        expect(kept.left()).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('agrees with the document at every change that stays within it or apart from it', () => {
    // Characters of the text are capitals and no others are, so that the document itself says how many are left.
    const at = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    const change = fc.tuple(at, fc.stringMatching(/^[a-z]{0,5}$/));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 10 }), (changes) => {
        const original = 'ABCDEFGH';
        let document = `abc${original}def`;
        const kept = new KeptText(uri, 3, original);
        for (const [[from, share], text] of changes) {
          const offset = Math.floor(from * document.length);
          const length = Math.floor(share * (document.length - offset));
          document = document.slice(0, offset) + text + document.slice(offset + length);
          kept.change(uri, { offset, length, text });
        }
        expect(kept.left()).toBe(document.replaceAll(/[^A-Z]/g, '').length);
      }),
    );
  });
});
