import { expect, test } from 'vitest';
import { followedEditor } from '../../extension/host/followedEditor.ts';

const editorOf = (uri: string) => ({ document: { uri: new URL(uri) } });
const [a, b] = [editorOf('file:///a.ts'), editorOf('file:///b.ts')];

test('where no editor has the keyboard, the one that was looked at before is followed, else the first that is seen', () => {
  expect(followedEditor([a, b], 'file:///b.ts')).toBe(b);
  expect(followedEditor([a, b], 'file:///gone.ts')).toBe(a);
  expect(followedEditor([a, b], undefined)).toBe(a);
  expect(followedEditor([], 'file:///b.ts')).toBeUndefined();
});
