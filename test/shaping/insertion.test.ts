import { describe, expect, it } from 'vitest';
import { insertionAt } from '../../extension/shaping/insertion.ts';
import { type Place, shape } from '../../extension/shaping/shape.ts';

const line = '    values.fo';

describe('insertionAt', () => {
  it('replaces the line so far by itself where the list of suggestions is not open', () => {
    expect(insertionAt(line, line.length, null)).toEqual({ from: 0, head: line, lineSoFar: line });
    expect(insertionAt('f()', 2, null)).toEqual({ from: 0, head: 'f(', lineSoFar: 'f(' });
  });

  it('continues the selected entry, which replaces what the list says', () => {
    const selected = { start: 11, end: 13, text: 'forEach' };
    const lineSoFar = '    values.forEach';
    expect(insertionAt(line, 13, selected)).toEqual({ from: 11, head: 'forEach', lineSoFar });
  });

  it('shows nothing where the entry would replace more than stands before the cursor', () => {
    expect(insertionAt('values.foo', 9, { start: 7, end: 10, text: 'forEach' })).toBeNull();
  });

  it('gives a text the brackets that it lacks behind a selected entry', () => {
    const { head, lineSoFar } = insertionAt('emit(va)', 7, { start: 5, end: 7, text: 'values' })!;
    const rest = { languageId: 'typescript', suffix: ')\n', insertSpaces: true, tabSize: 2, indentSize: 2 };
    const place: Place = { ...rest, prefix: lineSoFar };
    expect([head, shape('.slice(1));', place)]).toEqual([
      'values',
      { text: '.slice(1));', replaced: 1, dedent: 0 },
    ]);
  });
});
