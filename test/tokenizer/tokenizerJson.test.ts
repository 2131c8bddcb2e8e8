import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NihiloError } from '../../extension/protocol/errors.ts';
import { tokenizerFromJson, tokenizerToJson, trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { encodeUtf8, realFiles, text } from './samples.ts';

const file = tokenizerToJson(
  trainTokenizer([encodeUtf8('the then these __proto__ __proto__ 12 12 constructor')], 280),
);

interface Draft {
  added_tokens: Record<string, unknown>[];
  pre_tokenizer: { pretokenizers: { pattern: { Regex: string } }[] };
  normalizer: unknown;
  model: {
    vocab: Record<string, unknown>;
    merges: unknown[];
    ignore_merges: unknown;
  };
  [other: string]: unknown;
}

function changed(change: (draft: Draft) => void): string {
  const draft = JSON.parse(file) as Draft;
  change(draft);
  return JSON.stringify(draft);
}

test('what is written is read as the same tokenizer', () => {
  expect(tokenizerToJson(tokenizerFromJson(file))).toBe(file);
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 5 }),
      fc.integer({ min: 260, max: 400 }),
      text,
      (documents, vocabSize, text) => {
        const tokenizer = trainTokenizer(documents.map(encodeUtf8), vocabSize);
        const read = tokenizerFromJson(tokenizerToJson(tokenizer));
        expect(read.vocabSize).toBe(tokenizer.vocabSize);
        expect(read.merges).toEqual(tokenizer.merges);
        expect(read.encode(encodeUtf8(text))).toEqual(tokenizer.encode(encodeUtf8(text)));
      },
    ),
  );
});

test('a file that another program has saved again is read: other order, merges as texts, fields of its own', () => {
  const saved = changed((draft) => {
    draft.model.merges = draft.model.merges.map((merge) => (merge as string[]).join(' '));
    draft.model.vocab = Object.fromEntries(Object.entries(draft.model.vocab).toReversed());
    draft['comment'] = 'hello';
  });
  expect(tokenizerToJson(tokenizerFromJson(saved))).toBe(file);
});

test('a file from before there were other control tokens than the end of text is read, and stays as it is', () => {
  const old = changed((draft) => (draft.added_tokens.length = 1));
  const tokenizer = tokenizerFromJson(old);
  expect(tokenizer.vocabSize).toBe(tokenizer.endOfText + 1);
  expect(tokenizerToJson(tokenizer)).toBe(JSON.stringify(JSON.parse(old), null, 1));
});

const [first = ''] = Object.keys((JSON.parse(file) as Draft).model.vocab);

const corruptions: readonly (readonly [field: string, what: string, change: (draft: Draft) => void])[] = [
  ['normalizer', 'a normalizer', (draft) => (draft.normalizer = { type: 'NFC' })],
  [
    'pre_tokenizer.pretokenizers.0.pattern.Regex',
    'another pattern',
    (draft) => (draft.pre_tokenizer.pretokenizers[0]!.pattern.Regex = '\\w+'),
  ],
  [
    'pre_tokenizer.pretokenizers',
    'one pre-tokenizer too few',
    (draft) => draft.pre_tokenizer.pretokenizers.pop(),
  ],
  ['decoder', 'no decoder', (draft) => delete draft['decoder']],
  ['model.ignore_merges', 'ignored merges', (draft) => (draft.model.ignore_merges = true)],
  ['model.vocab', 'a vocabulary that is an array', (draft) => Object.assign(draft.model, { vocab: [] })],
  ['model.vocab', 'an id twice', (draft) => (draft.model.vocab[first] = 7)],
  ['model.vocab', 'an id that is text', (draft) => (draft.model.vocab[first] = '0')],
  ['model.vocab', 'a negative id', (draft) => (draft.model.vocab[first] = -1)],
  ['model.vocab', 'a byte missing', (draft) => moveOut(draft, 'x')],
  ['added_tokens', 'no added token', (draft) => (draft.added_tokens = [])],
  ['added_tokens.0.id', 'another id of the end of text', (draft) => (draft.added_tokens[0]!['id'] = 3)],
  ['added_tokens.0.content', 'another end of text', (draft) => (draft.added_tokens[0]!['content'] = '</s>')],
  ['added_tokens', 'two control tokens', (draft) => (draft.added_tokens.length = 2)],
  ['added_tokens.1.content', 'another call', (draft) => (draft.added_tokens[1]!['content'] = '<tool>')],
  ['model.merges', 'merges that are text', (draft) => Object.assign(draft.model, { merges: 'a b' })],
  ['model.merges[0]', 'a merge of three', (draft) => (draft.model.merges[0] = ['a', 'b', 'c'])],
  ['model.merges[0]', 'a merge of numbers', (draft) => (draft.model.merges[0] = [1, 2])],
  ['model.merges[0]', 'a merge to no token', (draft) => (draft.model.merges[0] = ['x', 'y'])],
  ['model.merges[1]', 'the same merge twice', (draft) => (draft.model.merges[1] = draft.model.merges[0])],
  [
    'model.merges[0]',
    'merges in an order in which they cannot have been learnt',
    (draft) => draft.model.merges.reverse(),
  ],
  ['model.vocab', 'a token that no merge makes', (draft) => draft.model.merges.pop()],
];

/** Takes a token out; the ids after it move up, and the end of text with them. */
function moveOut(draft: Draft, token: string): void {
  const tokens = Object.entries(draft.model.vocab).sort(([, a], [, b]) => Number(a) - Number(b));
  const rest = tokens.map(([text]) => text).filter((text) => text !== token);
  draft.model.vocab = Object.fromEntries(rest.map((text, id) => [text, id]));
  draft.added_tokens.forEach((entry, i) => (entry['id'] = rest.length + i));
}

test.each(corruptions)('%s: %s is refused', (field, _, change) => {
  expect(failure(changed(change))).toMatchObject({
    code: 'checkpointForeign',
    message: expect.stringContaining(` as ${field} and holds `),
  });
});

test('text that is not JSON, and JSON that is not an object, are refused', () => {
  expect(failure(file.slice(0, 1_000))).toMatchObject({ code: 'checkpointForeign' });
  expect(failure('[1]')).toMatchObject({ code: 'checkpointForeign' });
});

test('a vocabulary with a character outside the byte-level alphabet is refused', () => {
  const foreign = file.replaceAll('th', '中');
  expect(failure(foreign)).toMatchObject({ code: 'checkpointForeign' });
});

test('the file of a large vocabulary is read again', () => {
  const tokenizer = trainTokenizer(realFiles, 8_192);
  expect(tokenizerFromJson(tokenizerToJson(tokenizer)).vocabSize).toBe(tokenizer.vocabSize);
});

function failure(json: string): unknown {
  try {
    tokenizerFromJson(json);
  } catch (error) {
    if (error instanceof NihiloError) return error;
    throw error;
  }
  return null;
}
