import { describe, expect, it } from 'vitest';
import { beforeRedaction } from '../../extension/completion/redaction.ts';
import { placeholder } from '../../extension/corpus/secrets.ts';
import type { Completion } from '../../extension/protocol/prediction.ts';

function completion(...parts: readonly string[]): Completion {
  const tokens = parts.map((bytes, id) => ({ id, bytes, logit: 0, probability: 0.5 }));
  const text = parts.join('');
  return { text, probability: 0.5 ** parts.length, tokens, milliseconds: 1, stop: 'lineEnd' };
}

describe('beforeRedaction', () => {
  it('leaves a completion without a placeholder as it is', () => {
    const whole = completion('connect', '(', 'host', ');');
    expect(beforeRedaction(whole)).toBe(whole);
  });

  it('ends a completion where a secret stood, with the tokens and the probability of what is left', () => {
    const cut = beforeRedaction(completion('connect', '(', "'", '__', 'redacted', "__'", ');'));
    expect(cut).toMatchObject({ text: "connect('", probability: 0.125, stop: 'unlikely' });
    expect(cut.tokens.map(({ bytes }) => bytes)).toEqual(['connect', '(', "'"]);
  });

  it('shows nothing where nothing else is left', () => {
    expect(beforeRedaction(completion(placeholder, "';"))).toMatchObject({
      text: '',
      probability: 0,
      tokens: [],
    });
  });
});
