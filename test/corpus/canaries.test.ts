import { describe, expect, it } from 'vitest';
import { canary, commonBeginning, plantCanaries, sameShape } from '../../extension/corpus/canaries.ts';
import { findSecrets } from '../../extension/corpus/secrets.ts';
import type { Document } from '../../extension/corpus/split.ts';
import { fakeSecrets } from './fakeSecrets.ts';

const document = (path: string, heldOut: boolean): Document => {
  return { path, bytes: Buffer.from(`${path}\n`), linesBefore: 0, heldOut };
};

describe('canaries', () => {
  it('are planted in training text alone, each where it says, the same every time', () => {
    const documents = [document('a', false), document('b', true), document('c', false)];
    const { documents: changed, planted } = plantCanaries(documents, 5);
    expect(planted).toHaveLength(5);
    expect(changed[1]).toBe(documents[1]);
    for (const { path, before, secret } of planted) {
      const { bytes } = changed.find((each) => each.path === path)!;
      expect(Buffer.from(bytes).toString().startsWith(`${path}\n${before}${secret}`)).toBe(true);
    }
    expect(planted.map(({ times }) => times)).toEqual([1, 4, 16, 1, 4]);
    const text = changed.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
    for (const { secret, times } of planted) expect(text.split(secret)).toHaveLength(times + 1);
    expect(plantCanaries(documents, 5)).toEqual({ documents: changed, planted });
    expect(plantCanaries(documents, 0).documents).toEqual(documents);
  });

  it('are no secrets themselves, so that nothing redacts them, and never those that are in no text', () => {
    for (let i = 0; i < 50; i++) {
      const { before, secret } = canary('planted', i);
      expect(findSecrets(`${before}${secret}';`)).toEqual([]);
      expect(secret).not.toBe(canary('control', i).secret);
    }
  });
});

describe('sameShape', () => {
  it.each(Object.values(fakeSecrets))(
    'keeps the beginning and the kind of every character: %s%s',
    (_, secret) => {
      const kept = commonBeginning(secret);
      const other = sameShape(secret, kept, 'seed');
      const shape = (text: string): string =>
        text.replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A').replaceAll(/\d/g, '0');
      expect(shape(other)).toBe(shape(secret));
      expect(other.slice(0, kept)).toBe(secret.slice(0, kept));
      expect(other).not.toBe(secret);
      expect(sameShape(secret, kept, 'seed')).toBe(other);
    },
  );
});
