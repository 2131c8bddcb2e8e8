import { expect, test } from 'vitest';
import { headForbids, isPermissive, spdxOfDebian } from '../../../distributed/corpus/licences.ts';
import { installedGlob, termsOfCopyright } from '../../../distributed/corpus/pin.ts';

test('one side of an OR must be permissive, and every side of an AND', () => {
  const permissive = [
    'MIT',
    '(MIT OR GPL-3.0)',
    'GPL-2.0 OR (MIT AND ISC)',
    'Apache-2.0 WITH LLVM-exception',
  ];
  const others = [
    'GPL-3.0',
    'MIT AND GPL-3.0',
    '(MIT OR ISC) AND MPL-2.0',
    'UNLICENSED',
    '',
    'none',
    'MIT ISC',
    '(MIT',
  ];
  expect(permissive.filter((expression) => !isPermissive(expression))).toEqual([]);
  expect(others.filter(isPermissive)).toEqual([]);
});

test("Debian's names are those of SPDX", () => {
  expect(spdxOfDebian('Expat')).toBe('MIT');
  expect(spdxOfDebian('Expat or Apache-2.0')).toBe('MIT OR Apache-2.0');
  expect(spdxOfDebian('BSD-3-clause and GPL-2+')).toBe('BSD-3-Clause AND GPL-2+');
});

test('a copyright file names the licence of the whole, and what is under others', () => {
  const text = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2020 Somebody
License: Expat

Files: src/copied/*
 tools/one.py
Copyright: 2019 Somebody else
License: GPL-3+
 On Debian systems …

Files: src/other/*
License: ISC

Files: debian/*
License: GPL-2
`;
  const { licence, without } = termsOfCopyright(text);
  expect(licence).toBe('MIT');
  expect(without).toEqual(['src/copied/**/*', 'tools/one.py{,/**}']);
});

test('of what is installed, only the ends of the paths are those of the source', () => {
  expect(installedGlob('src/Some/Component/Request.php{,/**}')).toBe('**/Component/Request.php{,/**}');
  expect(installedGlob('lib/copied/**/*')).toBe('**/copied/**/*');
  expect(installedGlob('one.py{,/**}')).toBe('**/one.py{,/**}');
});

test('a file whose head names other terms is refused, one that only speaks of them in its code is not', () => {
  const forbidden = [
    '/* This program is free software under the GNU General Public License, version 3 */\nint x;',
    '#!/bin/sh\n# Licensed under the LGPL.\n',
    '// SPDX-License-Identifier: MPL-2.0\n',
    '# -*- coding: utf-8 -*-\n"""A module.\n\nCC-BY-SA 4.0\n"""\n',
    '// Copyright 2020 Somebody Inc. All rights reserved.\nexport {};\n',
    '<?php\n/* Mozilla Public License */\n',
  ];
  const allowed = [
    '// Copyright 2020 Somebody. All rights reserved.\n// Use is governed by a BSD-style license in the LICENSE file.\n',
    '/* Permission is hereby granted, free of charge. All rights reserved. */\n',
    '// SPDX-License-Identifier: GPL-2.0 OR MIT\n',
    '/* SPDX-License-Identifier: Apache-2.0 */\n',
    'const licences = ["GNU General Public License"];\n',
    '# Explains simple glplot helpers\nx = 1\n',
  ];
  expect(forbidden.filter((text) => !headForbids(text))).toEqual([]);
  expect(allowed.filter(headForbids)).toEqual([]);
});
