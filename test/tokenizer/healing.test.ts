import { expect, test } from 'vitest';
import { heal } from '../../extension/tokenizer/healing.ts';
import { trainTokenizer } from '../../extension/tokenizer/trainTokenizer.ts';
import { encodeUtf8, realFiles } from './samples.ts';

const tokenizer = trainTokenizer(realFiles, 1_024);

/** The tokens that reach into `run`, the end of the text, are taken back, and no others. */
function expectTakenBack(text: string, run: string): void {
  const bytes = encodeUtf8(text);
  const all = [...tokenizer.encode(bytes)];
  const { ids, typed } = heal(tokenizer, all, bytes, 0);
  expect(ids).toEqual(all.slice(0, ids.length));
  expect(tokenizer.decode(all.slice(ids.length))).toEqual(typed);
  const most = encodeUtf8(run).length;
  expect(typed.length).toBeGreaterThanOrEqual(most);
  expect(typed.length - tokenizer.tokenBytes(all[ids.length]!).length).toBeLessThan(most);
}

test.each([
  ['const südkliff', 'südkliff'],
  ['let параметрыФункции', 'параметрыФункции'],
  ['const lengthOfTheLongestLine', 'lengthOfTheLongestLine'],
  ['a.b(', '('],
])('of %j the whole last run is taken back: %j', (text, run) => {
  expectTakenBack(text, run);
});

test('of a sentence without spaces the last three characters are taken back, of a word behind it all of that, too', () => {
  const sentence = '读取配置文件以后，必须在调用之前检查返回值是否为空。';
  for (let end = 3; end <= sentence.length; end++) {
    const text = sentence.slice(0, end);
    expectTakenBack(text, text.slice(-3));
    expectTakenBack(`${text}x1`, `${text.slice(-3)}x1`);
  }
});
