import type { Place } from '../../extension/protocol/inspector.ts';
import type { InspectedToken } from '../../extension/protocol/prediction.ts';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Code cut as byte pairs might cut it: indentation, tabs, CRLF, an emoji, a Chinese character in two pieces, markup, bidi marks. */
const beforeCursor = [
  ...['function', ' total', '(', 'items', ':', ' readonly', ' Item', '[]', ')', ' {', '\r\n'].map(latin1),
  ...['\t', 'let', ' sum', ' =', ' ', '0', ';', ' //', ' ', '求'].map(latin1),
  '\xe5\x92',
  '\x8c',
  ...[
    ' 🎉',
    ' \u202e',
    'kcab',
    '\n',
    '  ',
    '  ',
    'for',
    ' (',
    'const',
    ' item',
    ' of',
    ' items',
    ')',
    ' {',
  ].map(latin1),
  ...['\n', '        ', 'sum', ' +=', ' item', '.', 'price', ';', '\n'].map(latin1),
  ...['    ', '}', '\n', '    ', 'label', ' =', ' "', '<img src=x onerror=alert(1)>', '";', '\n'].map(latin1),
  ...['    ', 'return'].map(latin1),
];
const afterCursor = [' sum', ';', '\n', '}', '\n'].map(latin1);

export const samplePlace: Place = {
  uri: 'file:///shop/basket.ts',
  file: 'shop/basket.ts',
  line: 7,
  column: 11,
};
const sampleVocabulary = 2048;

export const sampleTokens: { readonly tokens: readonly InspectedToken[]; readonly cursor: number } = {
  tokens: tokensOf([...beforeCursor, ...afterCursor]),
  cursor: beforeCursor.length,
};

function tokensOf(bytes: readonly string[]): InspectedToken[] {
  const ids = new Map([...new Set(bytes)].map((token, i) => [token, (i * 37) % sampleVocabulary]));
  return bytes.map((token, i) => ({
    id: ids.get(token)!,
    bytes: token,
    start: bytes.slice(0, i).join('').length,
  }));
}
