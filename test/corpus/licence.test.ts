import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutLicence } from '../../extension/corpus/licence.ts';

function stripped(text: string): string {
  return new TextDecoder().decode(withoutLicence(new TextEncoder().encode(text)).bytes);
}

const mit = 'Copyright (c) 2020 Someone\nPermission is hereby granted, free of charge, to any person';
const apache = 'Licensed under the Apache License, Version 2.0 (the "License");\nyou may not use this file';

function prefixed(mark: string, text: string): string {
  return text.replaceAll(/^/gm, `${mark} `);
}

const comments: readonly (readonly [string, (text: string) => string])[] = [
  ['/* */', (text) => `/*\n${prefixed(' *', text)}\n */`],
  ['<!-- -->', (text) => `<!--\n${text}\n-->`],
  ['(* *)', (text) => `(* ${text} *)`],
  ['{- -}', (text) => `{- ${text} -}`],
  ['"""', (text) => `"""\n${text}\n"""`],
  ['//', (text) => prefixed('//', text)],
  ['#', (text) => prefixed('#', text)],
  ['--', (text) => prefixed('--', text)],
  [';;', (text) => prefixed(';;', text)],
  ['%', (text) => prefixed('%', text)],
];

describe('withoutLicence', () => {
  it.each(comments)('takes a licence in %s away, with the blank lines behind it', (_, comment) => {
    for (const licence of [mit, apache, 'SPDX-License-Identifier: MIT']) {
      for (const code of ['code();\n', '#include <stdio.h>\n', '@decorator\ndef f(): pass']) {
        expect(stripped(`${comment(licence)}\n\n\n${code}`)).toBe(code);
        expect(stripped(`\n\n${comment(licence)}\n${code}`)).toBe(code);
        expect(stripped(`${comment(licence)}\n\n${code}`.replaceAll('\n', '\r\n'))).toBe(
          code.replaceAll('\n', '\r\n'),
        );
      }
    }
  });

  it.each(comments)(
    'keeps a comment in %s that is no licence, and one further down that is',
    (_, comment) => {
      const text = `${comment('What this file does.\nAnd why.')}\n\ncode();\n${comment(mit)}\n`;
      expect(stripped(text)).toBe(text);
    },
  );

  it('keeps what must come first: #!, an encoding, <?php', () => {
    expect(stripped(`#!/bin/sh\n# ${apache.replace('\n', '\n# ')}\n\nls\n`)).toBe('#!/bin/sh\nls\n');
    const python = '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n';
    expect(stripped(`${python}${prefixed('#', mit)}\n\nimport os\n`)).toBe(`${python}import os\n`);
    expect(stripped(`<?php\n/* ${mit} */\necho 1;\n`)).toBe('<?php\necho 1;\n');
  });

  it('takes several licences away and keeps the description that follows', () => {
    const text = `// ${mit.replace('\n', '\n// ')}\n\n/* @license MIT */\n\n/** What it does. */\ncode();\n`;
    expect(stripped(text)).toBe('/** What it does. */\ncode();\n');
  });

  it('gives back the same bytes where there is no licence, and otherwise an end of the text behind its first lines', () => {
    const piece = fc.constantFrom(
      '/*',
      '*/',
      '//',
      '#',
      '--',
      '"""',
      '\n',
      ' ',
      'copyright',
      'x',
      '#!',
      'é',
      '\r\n',
    );
    const property = fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const result = stripped(text);
      if (!text.includes('copyright')) expect(result).toBe(text);
      let common = 0;
      while (common < result.length && result[common] === text[common]) common++;
      expect(text.endsWith(result.slice(common))).toBe(true);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
