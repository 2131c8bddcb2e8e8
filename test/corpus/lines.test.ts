import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutLicence } from '../../extension/corpus/licence.ts';
import { lineInFile, withLineFeeds } from '../../extension/corpus/lines.ts';
import { splitHeldOut } from '../../extension/corpus/split.ts';

const lineEnd = /\r\n|\r|\n/;

it('a line of a document is the line of its file that lineInFile says, with and without a preamble, a licence and a cut', () => {
  const property = fc.property(
    fc.constantFrom('', '#!/bin/sh\n', '#!/usr/bin/env python\n# coding: utf-8\n'),
    fc.constantFrom('', '# Copyright 2020 Someone\n', '\n# SPDX-License-Identifier: MIT\n# (c) 2020\n\n\n'),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom('\n', '\r\n', '\r'),
    (preamble, licence, count, end) => {
      const code = Array.from({ length: count }, (_, i) => `line${i}()${end}`).join('');
      const file = `${preamble}${licence}${code}`;
      const stripped = withoutLicence(Buffer.from(file));
      const { documents } = splitHeldOut([{ path: 'only.py', ...stripped }], 1);
      const lines = file.split(lineEnd);
      for (const document of documents) {
        const own = Buffer.from(document.bytes).toString().split(lineEnd);
        own.forEach((text, i) => {
          if (text !== '') expect(lines[lineInFile(document, i) - 1]).toBe(text);
        });
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});

it('a text with line feeds has the same lines, and is the same array where it had no others', () => {
  const pieces = fc.array(fc.constantFrom('a', '漢', ' ', '\r', '\n', '\r\n'), { maxLength: 40 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const bytes = new Uint8Array(Buffer.from(parts.join('')));
      const text = withLineFeeds(bytes);
      expect(Buffer.from(text).toString()).toBe(parts.join('').split(lineEnd).join('\n'));
      expect(text === bytes).toBe(!parts.join('').includes('\r'));
    }),
  );
});
