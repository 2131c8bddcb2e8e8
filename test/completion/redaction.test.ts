import { describe, expect, it } from 'vitest';
import { beforeRedaction } from '../../extension/completion/redaction.ts';
import { placeholder } from '../../extension/corpus/secrets.ts';
import type { Completion } from '../../extension/protocol/prediction.ts';
import { candidate, completionOf } from './told.ts';

function completion(...parts: readonly string[]): Completion {
  return completionOf(candidate(parts.map((part) => [part, 0.5])));
}

describe('beforeRedaction', () => {
  it('leaves a completion without a placeholder as it is', () => {
    const whole = completion('connect', '(', 'host', ');');
    expect(beforeRedaction(whole)).toEqual(whole);
  });

  it('ends a completion where a secret stood, with the tokens and the probability of what is left, and alternatives, too', () => {
    const whole = completion('connect', '(', "'", '__', 'redacted', "__'", ');');
    const cut = beforeRedaction({ ...completion('x'), alternatives: [whole] });
    for (const one of [beforeRedaction(whole), cut.alternatives[0]!]) {
      expect(one).toMatchObject({ text: "connect('", probability: 0.125, stop: 'unlikely', ends: [7, 8, 9] });
      expect(one.tokens.map(({ bytes }) => bytes)).toEqual(['connect', '(', "'"]);
    }
    expect(cut.text).toBe('x');
  });

  it('shows nothing of a placeholder that is not written to its end', () => {
    expect(beforeRedaction(completion('key = ', '__', 'reda')).text).toBe('key = ');
    expect(beforeRedaction(completion('self.', '__')).text).toBe('self.__');
  });

  it('shows nothing where nothing else is left', () => {
    expect(beforeRedaction(completion(placeholder, "';"))).toMatchObject({
      text: '',
      probability: 0,
      tokens: [],
    });
  });
});
