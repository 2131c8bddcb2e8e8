import { describe, expect, it } from 'vitest';
import { readAddress } from '../../extension/remote/address.ts';

const urlOf = (text: string): string => {
  const reading = readAddress(text);
  if (reading === null || 'problem' in reading) throw new Error('is no address');
  return reading.url;
};
const isLoopback = (text: string): boolean => {
  const reading = readAddress(text);
  return reading !== null && 'isLoopback' in reading && reading.isLoopback;
};

describe('the address of an endpoint', () => {
  it('is that of the completions, however much of it is written', () => {
    const whole = 'http://127.0.0.1:8080/v1/completions';
    for (const text of ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v1/', ` ${whole} `, `${whole}/#x`]) {
      expect(urlOf(text)).toBe(whole);
    }
    expect(urlOf('https://models.example/nihilo/v1?tenant=a')).toBe(
      'https://models.example/nihilo/v1/completions?tenant=a',
    );
  });

  it('is none where nothing is written', () => {
    expect([readAddress(''), readAddress('  ')]).toEqual([null, null]);
  });

  it('is this machine in each of its spellings, and nothing that only looks like it', () => {
    for (const text of [
      'http://localhost:1',
      'http://127.0.0.1',
      'http://[::1]:8080',
      'http://127.1',
      'http://0x7f.1',
    ])
      expect(isLoopback(text), text).toBe(true);
    for (const text of [
      'http://localhost.example',
      'http://127.0.0.1.example',
      'http://10.0.0.1',
      'http://0.0.0.0',
      'http://[::ffff:7f00:1]',
      'https://example.com/127.0.0.1',
    ])
      expect(isLoopback(text), text).toBe(false);
  });

  it('is refused with another scheme, with a secret in it, or where it is none', () => {
    expect(readAddress('file:///etc/passwd')).toEqual({ problem: 'scheme' });
    expect(readAddress('http://user:key@127.0.0.1')).toEqual({ problem: 'credentials' });
    expect(readAddress('127.0.0.1:8080')).toEqual({ problem: 'unreadable' });
  });
});
