import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { attributionText } from '../../../distributed/corpus/attribution.ts';
import { copyrightOf, placeholder, readDebianCopyright } from '../../../distributed/corpus/copyright.ts';
import { LicenceTexts, permissiveIds } from '../../../distributed/corpus/licenceTexts.ts';
import type { Package } from '../../../distributed/corpus/manifest.ts';
import { type Notices, noticesOf } from '../../../distributed/corpus/notices.ts';
import { fenced, plainText } from '../../../distributed/corpus/plainText.ts';
import { packed, scratch } from './archives.ts';

const mit = `Permission is hereby granted, free of charge, to any person, to deal in the Software without restriction.

The above copyright notice and this permission notice shall be included in all copies.

IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM.`;

test('a line is a copyright notice where it names a year or somebody, and not where a licence speaks of notices', () => {
  const notices: Record<string, string> = {
    ' * Copyright (c) 2015, Some Body <some@body.org> ': 'Copyright (c) 2015, Some Body <some@body.org>',
    '// Copyright 2019 The Name Authors. All rights reserved.':
      'Copyright 2019 The Name Authors. All rights reserved.',
    '© 2020 Étienne': '© 2020 Étienne',
    '(c) 2020 Somebody': '(c) 2020 Somebody',
    'Copyright The Name Authors': 'Copyright The Name Authors',
    'Portions Copyright (C) Somebody': 'Portions Copyright (C) Somebody',
    'Some parts are MIT. Theirs Copyright © 2013 Labs': 'Some parts are MIT. Theirs Copyright © 2013 Labs',
  };
  for (const [line, notice] of Object.entries(notices)) expect(copyrightOf(line), line).toBe(notice);
  const others = [
    'COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM',
    'copyright notice, this list of conditions and the following disclaimer',
    '2. Grant of Copyright License. Subject to the terms and conditions of',
    'Copyright [yyyy] [name of copyright owner]',
    'Copyright (c) <year> <copyright holders>',
    '(c) You must retain, in the Source form of any Derivative Works',
    'copyright and related rights in 2020',
    'The copyright holder is not liable.',
    '',
  ];
  for (const line of others) expect(copyrightOf(line), line).toBeNull();
  expect(copyrightOf(`Copyright 2020 ${'x'.repeat(500)}`)).toHaveLength(200);
});

test('of an npm package: the lines of its legal files, each once, and its author only where there are none', async () => {
  const archives = path.join(scratch(), 'archives');
  const lines = await read(archives, 'with', {
    LICENSE: `The MIT License\n\nCopyright (c) 2015 One\nCopyright (c) 2016 Two\n\n${mit}`,
    'sub/LICENSE.md': '> Copyright (c) 2015 One.\n> Copyright (c) 2017 Three',
    'vendor/other/LICENSE': 'Copyright (c) 2018 Elsewhere',
    'src/license.ts': '// Copyright (c) 2019 Code',
    NOTICE: 'Passed on by Apache-2.0 only',
    'package.json': '{"author": "Not Asked"}',
  });
  expect(lines.copyright).toEqual([
    'Copyright (c) 2015 One',
    'Copyright (c) 2016 Two',
    'Copyright (c) 2017 Three',
  ]);
  expect(lines.notices).toEqual([]);
  expect(lines.texts).toContain(`The MIT License\n\n${placeholder}\n\n${mit}`);
  const author = await read(archives, 'without', {
    LICENSE: mit,
    'package.json': '{"author": {"name": "Some\\u0007  Body", "email": "a@b.c"}}',
  });
  expect(author.copyright).toEqual(['author: Some Body']);
  const none = await read(archives, 'nobody', { 'package.json': '{"author": {"url": 1}}' });
  expect(none.copyright).toEqual([]);
});

test('AUTHORS is read where a notice refers to it, and the heads of sources where nothing else speaks', async () => {
  const archives = path.join(scratch(), 'archives');
  const AUTHORS = `# The list\nThese people have helped:\n${Array.from({ length: 12 }, (_, i) => `Name ${i}`).join('\n')}\n`;
  const referring = await read(archives, 'a', { LICENSE: 'Copyright 2019 see AUTHORS', AUTHORS });
  expect(referring.copyright.slice(1, 3)).toEqual(['AUTHORS: Name 0', 'AUTHORS: Name 1']);
  expect(referring.copyright.at(-1)).toBe('AUTHORS: and 2 more, see the package');
  expect((await read(archives, 'b', { LICENSE: 'Copyright 2019 Us', AUTHORS })).copyright).toHaveLength(1);
  const sources = await read(archives, 'c', {
    'a.c': '/* Copyright 2001 Few */',
    'b.c': '/* Copyright 2002 Most */',
    'c.c': '/* Copyright 2002 Most */',
  });
  expect(sources.copyright).toEqual(['Copyright 2002 Most', 'Copyright 2001 Few']);
});

test('under Apache-2.0 a NOTICE is passed on whole, without what controls a terminal or a reader', async () => {
  const archives = path.join(scratch(), 'archives');
  const NOTICE = 'Name\nCopyright 2020 Foundation\n\n```\n# \u001B[31mnot a heading\u202E\n<b>not bold</b>\n';
  const notices = await read(archives, 'n', { NOTICE, 'sub/NOTICE.txt': NOTICE }, 'Apache-2.0 OR MIT');
  expect(notices.copyright).toEqual(['Copyright 2020 Foundation']);
  expect(notices.notices).toEqual([
    'Name\nCopyright 2020 Foundation\n\n```\n# [31mnot a heading\n<b>not bold</b>',
  ]);
  const long = await read(archives, 'long', { NOTICE: 'Linked with a part.\n'.repeat(1_000) }, 'Apache-2.0');
  expect(long.notices[0]).toMatch(/^(Linked with a part\.\n){799,800}\n\[The rest is in the package\.\]$/);
});

test('a NOTICE beside the folders of an archive, which has no folder of its own, is read too', async () => {
  const folder = scratch();
  for (const [name, text] of Object.entries({
    NOTICE: 'Copyright 2021 Top',
    'a/b.c': '',
    'c/LICENSE': mit,
  })) {
    mkdirSync(path.dirname(path.join(folder, 'all', name)), { recursive: true });
    writeFileSync(path.join(folder, 'all', name), text);
  }
  const archive = path.join(folder, 'some.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', path.join(folder, 'all'), 'NOTICE', 'a', 'c']);
  const entry: Package = {
    ...packed(folder, 'some', { 'a.c': '' }),
    registry: 'debian-source',
    licence: 'Apache-2.0',
  };
  const { copyright, notices } = await noticesOf(entry, archive);
  expect([copyright, notices]).toEqual([['Copyright 2021 Top'], ['Copyright 2021 Top']]);
});

test("Debian's machine-readable file gives the authors' lines without Debian's, and licences' texts", () => {
  const { notices, texts } = readDebianCopyright(`Format: https://www.debian.org/doc/
Upstream-Name: name

Files: *
Copyright: 2018 One LLC
           2019-2020, Two <two@two.org>
           and others
License: Expat

Files: data/*
Copyright: public-domain
License: Expat

Files: debian/*
Copyright: 2022 Packager
License: Expat

License: Expat
 ${mit.replaceAll('\n\n', '\n .\n').replaceAll('\n', '\n ').replaceAll('  .', ' .')}
`);
  expect(notices).toEqual(['Copyright 2018 One LLC', 'Copyright 2019-2020, Two <two@two.org> and others']);
  expect(texts).toEqual([mit]);
  const older =
    'It is by One.\n\nCopyright 2001 One\n\nThe Debian packaging is:\n\nCopyright 2002 Packager\n';
  expect(readDebianCopyright(older).notices).toEqual(['Copyright 2001 One']);
});

test('of a choice of licences those count that a text may be taken under; a text is known by its words', () => {
  expect(permissiveIds('(BSD-3-Clause OR GPL-2.0)')).toEqual(['BSD-3-Clause']);
  expect(permissiveIds('Apache-2.0 OR Apache-2.0 OR MIT')).toEqual(['Apache-2.0', 'MIT']);
  const texts = new LicenceTexts();
  const rare = mit.replace('any person', 'anybody');
  texts.add(['MIT'], [rare, 'Apache License']);
  texts.add(['MIT'], [mit, mit.replaceAll('\n', '\n  ')]);
  expect(texts.textOf('MIT')).toBe(`${placeholder}\n\n${mit}`);
  expect(() => texts.textOf('ISC')).toThrow('ISC');
  expect(() => texts.add(['Ruby-or-BSD'], [])).toThrow('Ruby-or-BSD');
});

test('nothing in a text closes the fence around it, and old files are read as what they are', () => {
  expect(fenced('a ```` b')).toBe('`````text\na ```` b\n`````\n');
  expect(plainText(Buffer.from('\uFEFF\n\tJosé\r\nb \u0085\u0000\u2028c\u{E0041}\n\n'))).toBe(
    '    José\nb c',
  );
  expect(plainText(Buffer.from('José!', 'latin1'))).toBe('José!');
  expect(plainText(Buffer.from('José').subarray(0, 4))).toBe('Jos');
});

test('a package is cut at sixty lines, one whose archive is missing is referred to, and a NOTICE stands once', () => {
  const entry = (name: string): Package => ({
    name,
    registry: 'npm',
    version: '1.2.3',
    sha256: '',
    licence: 'MIT',
  });
  const long: Notices = {
    copyright: Array.from({ length: 63 }, (_, i) => `Copyright ${2000 + i} Somebody`),
    notices: ['one'],
    texts: [mit],
  };
  const text = attributionText(
    [entry('long'), entry('same'), entry('missing')],
    new Map([
      ['long', long],
      ['same', { ...long, copyright: [] }],
    ]),
  );
  expect(text).toContain('- long 1.2.3 (npm): MIT\n    Copyright 2000 Somebody\n');
  expect(text).toContain(
    '    Copyright 2059 Somebody\n    and 3 more lines, see the package\n    NOTICE 1\n- same',
  );
  expect(text).toContain(
    '- same 1.2.3 (npm): MIT\n    no copyright line in the package\n    NOTICE 1\n- missing',
  );
  expect(text).toContain('- missing 1.2.3 (npm): MIT\n    see the package\n');
  expect(text.match(/^### NOTICE/gm)).toHaveLength(1);
  expect(text).toContain(`### MIT\n\n\`\`\`text\n${placeholder}\n\n${mit}\n`);
});

async function read(
  archives: string,
  name: string,
  files: Readonly<Record<string, string>>,
  licence = 'MIT',
): Promise<Notices> {
  const entry = { ...packed(archives, name, files), licence };
  return noticesOf(entry, path.join(archives, `npm_${name}_1.0.0.tgz`));
}
