import { expect, it } from 'vitest';
import { Rejections } from '../../extension/completion/rejections.ts';

it('a text is unwanted at a place from its second refusal there on, blanks around it aside, and nowhere else', () => {
  const rejections = new Rejections();
  rejections.add('a.ts const x', ' = 1;');
  expect(rejections.isUnwanted('a.ts const x', ' = 1;')).toBe(false);
  rejections.add('a.ts const x', '= 1;');
  expect(rejections.isUnwanted('a.ts const x', ' = 1; ')).toBe(true);
  expect(rejections.isUnwanted('a.ts const x', ' = 2;')).toBe(false);
  expect(rejections.isUnwanted('b.ts const x', ' = 1;')).toBe(false);
});

it('a text is refused with what goes on with it, or ends before it: how far it reaches is a matter of time', () => {
  const rejections = new Rejections();
  rejections.add('place', 'run(fast);');
  rejections.add('place', 'run(fast)');
  for (const text of ['run(fast);', 'run(fast)', 'run', 'run(fast); // now']) {
    expect(rejections.isUnwanted('place', text)).toBe(true);
  }
  expect(rejections.isUnwanted('place', 'run(slow);')).toBe(false);
});

it('eight other texts make it forget the oldest of a place', () => {
  const rejections = new Rejections();
  for (let i = 0; i < 2; i++) rejections.add('place', 'old');
  for (let i = 0; i < 6; i++) rejections.add('place', `${i}`);
  expect(rejections.isUnwanted('place', 'old')).toBe(true);
  rejections.add('place', 'another');
  expect(rejections.isUnwanted('place', 'old')).toBe(false);
});

it('a thousand other places make it forget the oldest, and no other', () => {
  const rejections = new Rejections();
  for (const place of ['old', 'newer']) for (let i = 0; i < 2; i++) rejections.add(place, 'text');
  for (let i = 0; i < 999; i++) rejections.add(`${i}`, 'text');
  expect([rejections.isUnwanted('old', 'text'), rejections.isUnwanted('newer', 'text')]).toEqual([
    false,
    true,
  ]);
});
