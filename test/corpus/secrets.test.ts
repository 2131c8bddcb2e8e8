import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1 } from '../../extension/corpus/content.ts';
import { lineCount } from '../../extension/corpus/lines.ts';
import { findSecrets, placeholder, redact, redactAround } from '../../extension/corpus/secrets.ts';
import { base64Lines, fakeSecrets, letters } from './fakeSecrets.ts';

const code = 'export function one(): number {\n  return 1;\n}\n';

function redacted(text: string): string {
  return Buffer.from(redact(Buffer.from(text)).bytes).toString();
}

describe('redact', () => {
  it.each(Object.entries(fakeSecrets))(
    'puts a placeholder in the place of %s, and nothing else',
    (_, [before, secret]) => {
      const line = (value: string): string => `${code}const key = \`${before}${value}\`;\n${code}`;
      expect(redacted(line(secret))).toBe(line(placeholder));
    },
  );

  it('keeps the very bytes of a text without a secret', () => {
    const bytes = Buffer.from(
      `${code}const url = 'https://example.org/a?b=c';\n// ghp_ npm_ sk_live_ AKIA xoxb-\n`,
    );
    expect(redact(bytes)).toEqual({ bytes, secrets: 0 });
    expect(redact(bytes).bytes).toBe(bytes);
  });

  it.each([
    'RSA PRIVATE KEY',
    'PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'EC PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ])('takes a key out with its armour and leaves its lines: %s', (label) => {
    const key = `-----BEGIN ${label}-----\n${base64Lines(6)}\n-----END ${label}-----`;
    const text = `a = 1\nkey = """${key}"""\nb = 2\n`;
    expect(redacted(text)).toBe(`a = 1\nkey = """${placeholder}${'\n'.repeat(7)}"""\nb = 2\n`);
  });

  it('takes a key out whose beginning or end is not in the text', () => {
    const lines = base64Lines(6);
    const label = `${'-'.repeat(5)}END PRIVATE KEY${'-'.repeat(5)}`;
    const open = `${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)}`;
    for (const text of [
      `${code}${open}\n${lines}`,
      `${lines}\n${label}\n${code}`,
      `"${lines.replaceAll('\n', '\\n')}\\n${label}";`,
    ]) {
      const rest = redacted(text);
      for (const line of lines.split('\n')) expect(rest).not.toContain(line.slice(0, 12));
      expect(rest.includes('return 1;')).toBe(text.includes('return 1;'));
    }
  });

  it('costs a program that only names an armour the name alone', () => {
    const name = `${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)}`;
    expect(redacted(`if (text.startsWith('${name}')) {\n  return parse(text);\n}\n`)).toBe(
      `if (text.startsWith('${placeholder}')) {\n  return parse(text);\n}\n`,
    );
  });

  it.each([
    'redis://localhost:6379/0',
    'https://example.org:8080?mail=me@example.org',
    'postgres+asyncpg://${user}:${password}@host/db',
    'amqp://<user>:<password>@host',
    'postgres://username:password@localhost',
    'ldap://a%5Cb:pass%3Bword@127.0.0.1',
    'ssh://git@github.com:22/a/b.git',
    'http://[::1]:8080/a@b',
    'const sk-loading-indicator-of-the-page-that-is-awaited = 1;',
    'hf_model_of_the_hub_that_is_loaded_first_of_all',
    'key-1234, SK12, eyJ, 12:AAAA',
  ])('leaves what only resembles one: %s', (text) => {
    expect(redacted(`${code}${text}\n`)).toBe(`${code}${text}\n`);
  });

  it('heeds no comment that asks to be passed over', () => {
    const [before, secret] = fakeSecrets['a GitHub token']!;
    expect(redacted(`// secretlint-disable\n${before}${secret}\n`)).not.toContain(secret);
  });

  it('leaves every line where it is, whatever stands around a secret', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '\n',
        '\r\n',
        ' = "',
        '";\n',
        ...Object.values(fakeSecrets).map((parts) => parts.join('')),
      ),
      fc.constant(`-----BEGIN PRIVATE KEY-----\n${base64Lines(3)}\n-----END PRIVATE KEY-----`),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const bytes = Buffer.from(pieces.join(' '));
        const { bytes: safe, secrets } = redact(bytes);
        expect(lineCount(safe)).toBe(lineCount(bytes));
        expect(secrets === 0).toBe(safe === bytes);
        expect(findSecrets(latin1(safe)).length).toBeLessThanOrEqual(secrets);
      }),
    );
  });

  it('takes a megabyte of what looks like the beginning of a secret in no more steps than a few a byte', () => {
    // Would not end within the test's time if any rule went over the text again at each place.
    for (const part of [
      '-----BEGIN PRIVATE KEY-----\n',
      '-----END PRIVATE KEY-----',
      'mongodb://a:b',
      'sk-proj-',
      'AAAAAAAAAAAAAAAA',
      'eyJaaaaaaaaaaa.',
      '-eyJaaaaaaaaaaa',
      'redis://:aaaaaaaa',
      'a.a-a+a:',
      '01234567:AA',
    ]) {
      findSecrets(part.repeat(Math.floor(1_000_000 / part.length)));
    }
  });
});

describe('redactAround', () => {
  it('gives back the text without a secret as it came', () => {
    expect(redactAround('const a = "ä', 'ö";')).toEqual({ prefix: 'const a = "ä', suffix: 'ö";' });
  });

  it('sees a secret on either side, and one around the cursor', () => {
    const [before, secret] = fakeSecrets['a GitHub token']!;
    const line = `const ä = "${before}${secret}";\n`;
    expect(redactAround(line, `x${line}`)).toEqual({
      prefix: `const ä = "${placeholder}";\n`,
      suffix: `xconst ä = "${placeholder}";\n`,
    });
    const middle = line.indexOf(secret) + 20;
    expect(redactAround(line.slice(0, middle), line.slice(middle))).toEqual({
      prefix: `const ä = "${placeholder}`,
      suffix: '";\n',
    });
  });

  it('knows half a secret in front of the cursor by the half behind it, which is more than it knows of it alone', () => {
    const [, secret] = fakeSecrets['a GitHub token']!;
    expect(redactAround(secret.slice(0, 20), '').prefix).toBe(secret.slice(0, 20));
    expect(redactAround(secret.slice(0, 20), secret.slice(20)).prefix).toBe(placeholder);
  });

  it('keeps the lines of a key behind the cursor', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${base64Lines(3)}\n-----END PRIVATE KEY-----`;
    const { prefix, suffix } = redactAround(`k = ${key.slice(0, 60)}`, `${key.slice(60)}\nrest\n`);
    expect(prefix.split('\n').length + suffix.split('\n').length).toBe(
      `k = ${key}\nrest\n`.split('\n').length + 1,
    );
    expect(prefix + suffix).not.toContain(letters(16));
    expect(suffix.endsWith('rest\n')).toBe(true);
  });
});
