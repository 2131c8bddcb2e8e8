import { describe, expect, it } from 'vitest';
import { AnswerError, readAnswer, requestBody } from '../../extension/remote/completionsApi.ts';

const ln = Math.log;

/** As llama.cpp's server writes it. */
const llama = (content: unknown): string =>
  JSON.stringify({ choices: [{ text: 'ab', index: 0, finish_reason: 'length', logprobs: { content } }] });
const bytesOf = (id: unknown): number[] => (id === 3 ? [97] : [98]);
const llamaToken = (
  id: unknown,
  likely: [id: unknown, logprob: unknown][],
  bytes: unknown = bytesOf(id),
): object => ({
  id,
  token: 'a',
  bytes,
  logprob: -0.5,
  top_logprobs: likely.map(([id, logprob]) => ({ id, token: 'a', bytes: bytesOf(id), logprob })),
});

describe('an answer of a server', () => {
  const expected = {
    text: 'ab',
    said: [
      { token: 3, ids: [3, 1], probabilities: [0.75, 0.125] },
      { token: 1, ids: [1, 0], probabilities: [0.5, 0.5] },
    ],
  };

  it('is read as llama.cpp writes it', () => {
    const content = [
      llamaToken(3, [
        [3, ln(0.75)],
        [1, ln(0.125)],
      ]),
      llamaToken(1, [
        [1, ln(0.5)],
        [0, ln(0.5)],
      ]),
    ];
    const { said, text } = readAnswer(llama(content), 4);
    expect(text).toBe(expected.text);
    expect(said.map(({ token, ids }) => [token, ids])).toEqual([
      [3, [3, 1]],
      [1, [1, 0]],
    ]);
    expect(said[0]!.probabilities[0]).toBeCloseTo(0.75, 12);
  });

  it('is read as vLLM writes it, told to give tokens by their ids', () => {
    const logprobs = {
      text_offset: [0, 1],
      tokens: ['token_id:3', 'token_id:1'],
      token_logprobs: [ln(0.75), ln(0.5)],
      top_logprobs: [
        { 'token_id:3': ln(0.75), 'token_id:1': ln(0.125) },
        { 'token_id:1': ln(0.5), 'token_id:0': ln(0.5) },
      ],
    };
    const { said } = readAnswer(JSON.stringify({ choices: [{ text: 'ab', logprobs }] }), 4);
    expect(said.map(({ token, ids }) => [token, ids])).toEqual(
      expected.said.map(({ token, ids }) => [token, ids]),
    );
    expect(JSON.parse(requestBody({ model: 'm' }, [5, 6], 8))).toMatchObject({
      model: 'm',
      prompt: [5, 6],
      max_tokens: 8,
      temperature: 0,
      return_tokens_as_token_ids: true,
    });
    expect(requestBody({ model: null }, [], 1)).not.toContain('model');
  });

  it.each([
    ['no JSON', '<html>', 'no JSON'],
    ['no choices', '{}', 'no logprobs'],
    ['null', 'null', 'no logprobs'],
    ['an id that we have not', llama([llamaToken(4, [[4, -1]])]), 'otherTokens'],
    [
      'tokens by their texts',
      JSON.stringify({ choices: [{ text: 'a', logprobs: { tokens: ['a'], top_logprobs: [{ a: -1 }] } }] }),
      'otherTokens',
    ],
    ['a fraction of an id', llama([llamaToken(0.5, [[0.5, -1]])]), 'otherTokens'],
    ['no number', llama([llamaToken(1, [[1, '-1']])]), 'no number'],
    [
      'more than there is',
      llama([
        llamaToken(1, [
          [1, 0],
          [2, 0],
        ]),
      ]),
      'add up to 2',
    ],
    ['nothing likely', llama([llamaToken(1, [])]), 'add up to 0'],
  ])('is refused where it has %s', (_what, text, said) => {
    expect(() => readAnswer(text, 4)).toThrow(AnswerError);
    expect(() => readAnswer(text, 4)).toThrow(said);
  });
});
