import { describe, expect, it } from 'vitest';
import { mayInsertAt, type Place, shape } from '../../extension/shaping/shape.ts';
import { goldenFiles } from './goldenFile.ts';

/** Where two spaces indent. */
function placeOf(languageId: string, prefix: string, suffix: string): Place {
  return { languageId, prefix, suffix, insertSpaces: true, tabSize: 2, indentSize: 2 };
}

describe('shape', () => {
  for (const [file, cases] of goldenFiles()) {
    describe(file, () => {
      it.each(cases)('$title', ({ place, proposed, cut, expected }) => {
        expect(shape(proposed, place, { cut })).toEqual(expected);
      });

      it('has at least eight cases', () => {
        expect(cases.length).toBeGreaterThanOrEqual(8);
      });
    });
  }
});

describe('a word that stands further out than the lines above it', () => {
  const dedentOf = (languageId: string, prefix: string, text: string): number => {
    const shown = shape(text, placeOf(languageId, prefix, '\n'));
    return 'dedent' in shown ? shown.dedent : -1;
  };

  it.each([
    ['sql', 'select\n  case\n    when a then b\n    ', 'else c'],
    ['haskell', 'f x =\n  if x\n    then a\n    ', 'else b'],
  ])('is none where it belongs below the line above it (%s)', (languageId, prefix, text) => {
    expect(dedentOf(languageId, prefix, text)).toBe(0);
  });

  it.each([
    ['python', 'def f(x):\n  if x: return 1\n  ', 'else: return 2'],
    ['python', 'def f(x):\n  try: import a\n  ', 'except ImportError: a = None'],
    ['python', 'if a:\n  if b: c()\n  ', 'elif d:'],
    ['ruby', 'def f(x)\n  case x\n  ', 'when 1 then a'],
    ['ruby', 'def f(x)\n  case x\n  when 1 then a\n  ', 'when 2 then b'],
    ['ruby', 'def f(x)\n  case x\n  when 1 then a\n  ', 'else raise'],
    ['ruby', 'def f(x)\n  case x\n  when 1 then a\n  ', 'end.to_sym'],
    ['shellscript', 'while shift; do\n  case $1 in\n  -a) all=1 ;;\n  ', 'esac'],
  ])('stays as far out as the line above it that has its body beside it (%s)', (languageId, prefix, text) => {
    expect(dedentOf(languageId, prefix, text)).toBe(0);
  });

  it.each([
    ['python', 'try:\n  if b: c()\n  ', 'except E:', 2],
    ['ruby', 'case x\n  when 1 then a\n  ', 'end.to_sym', 2],
    ['ruby', 'def f\n  case x\n  when 1 then a\n  end\n  ', 'end.to_sym', 2],
    ['lua', 'if a then\n  if b then return end\n  ', 'else', 2],
    ['elixir', 'if a do\n  if b, do: c\n  ', 'else', 2],
    ['shellscript', 'case $1 in\n  -a) all=1 ;;\n  ', 'esac', 2],
    ['shellscript', 'if a; then\n  if b; then c; fi\n  ', 'else', 2],
  ] as const)(
    'else ends the block that the line above is in (%s, %j, %j)',
    (languageId, prefix, text, dedent) => {
      expect(dedentOf(languageId, prefix, text)).toBe(dedent);
    },
  );

  it.each([
    ['shellscript', 'run() {\n  if [ -d out ]; then\n    ls out\n    ', 'else'],
    ['lua', 'each(list, function(item)\n  print(item)\n  ', 'end)'],
  ])('is one within brackets, too, where a block is (%s)', (languageId, prefix, text) => {
    expect(dedentOf(languageId, prefix, text)).toBe(2);
  });
});

/** The text around the cursor with what is shown of a text in between. */
function lineOf(languageId: string, [before, behind]: readonly [string, string], text: string): string {
  const shown = shape(text, placeOf(languageId, before, `${behind}\n`));
  return 'text' in shown ? before + shown.text + behind.slice(shown.replaced) : before + behind;
}

it('an attribute of PHP is code, whose bracket the editor has closed', () => {
  const around = ['<?php\n#[', ']'] as const;
  expect(lineOf('php', around, 'Route("/")]\nclass Home {}')).toBe('<?php\n#[Route("/")]\nclass Home {}');
});

it.each([
  [["<p>Don't</p>\n<?php foo(", ')'], "'bar'); ?>", "'bar'); ?>"],
  [["<p>Don't</p>\n<b><?= ", '</b>'], '$name ?></b>', '$name ?></b>'],
] as const)(
  'in a template what stands around the code is no string (%j before %j)',
  (around, text, shown) => {
    expect(lineOf('php', around, text)).toBe(around[0] + shown);
  },
);

describe('a line below', () => {
  it.each([
    ['ruby', 'class A\n  def f', '(b)\n    b.c\n  end', 'end'],
    ['lua', 'if a then\n  if b', ' then\n    c()\n  end', 'end'],
    ['typescriptreact', '<div>\n  <div>', '\n    {text}\n  </div>', '</div>'],
    ['javascript', 'class A {\n  f', ' () {\n    return 1\n  }\n\n  /**\n   * B', '}\n\n/**\n * B\n */'],
    ['python', 'for a in b:\n  if a', ':\n    return c\n  return d', 'return d'],
  ])('is another where it stands further out (%s)', (languageId, prefix, text, below) => {
    expect(shape(text, placeOf(languageId, prefix, `\n${below}\n`))).toEqual({
      text,
      replaced: 0,
      dedent: 0,
    });
  });

  it('is the same where it stands as far in, in spaces as in tabs', () => {
    const place = {
      languageId: 'ruby',
      suffix: '\n\tend\nend\n',
      insertSpaces: false,
      tabSize: 4,
      indentSize: 4,
    };
    const shown = shape('(b)\n        b.c\n    end', { ...place, prefix: 'class A\n\tdef f' });
    expect(shown).toEqual({ text: '(b)\n\t\tb.c', replaced: 0, dedent: 0 });
  });
});

describe('what stands below', () => {
  const shown = (languageId: string, around: readonly [string, string], text: string) =>
    shape(text, placeOf(languageId, ...around));

  it.each([
    ['typescript', 'f();\n', '\nconst a = b(c.d);\n', 'const a = b(c.d'],
    ['php', '<?php\n$a = ', "\n$a = f('g');\n", "f('g"],
    ['json', '{\n  ', '\n  "name": "nihilo",\n}\n', '"name": "nihilo'],
  ] as const)('is not written again without its last signs (%s)', (languageId, before, behind, text) => {
    expect(shown(languageId, [before, behind], text)).toEqual({ refused: 'alreadyBelow' });
  });

  it('is written where more than signs are missing', () => {
    const text = 'import { a } from ';
    expect(shown('typescript', ['', "\nimport { a } from './a';\n"], text)).toMatchObject({
      text: text.trimEnd(),
    });
  });

  it('is not written again from the rest of the line on', () => {
    const around = ['/**\n * f(a, b)', ';\n * g(c);\n *\n */'] as const;
    expect(shown('typescript', around, ';\n * g(c);\n *')).toEqual({ refused: 'alreadyBelow' });
  });
});

describe('a line that is written anew above its block', () => {
  const shown = (languageId: string, prefix: string, text: string, suffix: string) => {
    const outcome = shape(text, placeOf(languageId, prefix, suffix));
    return 'text' in outcome ? outcome.text : outcome.refused;
  };

  it.each([
    ['typescript', 'f() {\n  if (a', '.b) {\n    c();\n  }', '\n    d();\n  }\n}\n', '.b) {'],
    [
      'typescript',
      'f() {\n  try {\n    a();\n  } ',
      'finally {\n    b();\n  }',
      '\n    b();\n  }\n}\n',
      'finally {',
    ],
    ['typescript', 'const a = f(', 'bcd, {\n  c: 1,\n  d: 2,\n});', '\n  c: 1,\n  d: 3,\n});\n', 'bcd, {'],
    [
      'java',
      'class A {\n  B c(\n      D',
      ' dee) {\n    return e;\n  }',
      '\n    return e;\n  }\n}\n',
      ' dee) {',
    ],
    ['python', 'def f(a):\n  if a', '.bcd:\n    return c\n  d()', '\n    return e\n', '.bcd:'],
    ['ruby', 'def f(a)\n  if a', '.bcd?\n    c\n  end', '\n    d\n  end\nend\n', '.bcd?'],
    ['html', '<ul>\n  <li', ' class="a">\n    Text\n  </li>', '\n    One\n  </li>\n</ul>\n', ' class="a">'],
  ])('has no block of its own (%s, %j)', (languageId, prefix, text, suffix, line) => {
    expect(shown(languageId, prefix, text, suffix)).toBe(line);
  });

  it.each([
    ['typescript', 'f() {\n  if (a', '.b) {\n    c();\n  }', '\n  d();\n}\n'],
    ['typescript', 'f() {\n  a', '(() => {\n    b();\n  });', '\n    .c();\n}\n'],
    ['python', 'def f(a):\n  if a', '.b:\n    return c', '\n  return d\n'],
    ['python', 'f(a,\n  b', ', c(\n    d),', '\n    e)\n'],
  ])('has one where none is below (%s, %j)', (languageId, prefix, text, suffix) => {
    expect(shown(languageId, prefix, text, suffix)).toBe(text);
  });
});

describe('the last of several lines', () => {
  it.each([
    ['javascript', 'a();\n  }', '\n\n  /**'],
    ['javascript', 'a();\n  }', '\n\n  /**\n   *'],
    ['javascript', 'a();\n  }', '\n\n  //'],
    ['javascript', 'a();\n  b();', '\n  const c = `'],
    ['rust', 'a();\n    b();', '\n    ///'],
    ['python', 'return a', '\n    """'],
  ])('neither opens nor leaves a comment empty (%s, %j)', (languageId, text, more) => {
    const prefix = languageId === 'python' ? 'class A:\n  def f():\n    ' : 'class A {\n  f() {\n    ';
    expect(shape(text + more, placeOf(languageId, prefix, '\n'))).toEqual({ text, replaced: 0, dedent: 0 });
  });

  it.each([
    ['javascript', 'a();\n  // then\n  b();'],
    ['javascript', '/**\n   * f\n   * g'],
    ['python', '"""f\n\n  g'],
    ['markdown', 'list\n*'],
  ])('may be in one (%s, %j)', (languageId, text) => {
    expect(shape(text, placeOf(languageId, '  ', '\n'))).toEqual({ text, replaced: 0, dedent: 0 });
  });
});

it.each([
  ['rust', ['let a = f!(', ')'], 'name, r"b', 'name,'],
  ['python', ['print(', ')'], 'value, f"{b', 'value,'],
  ['javascript', ['return call(', ')'], 'this, html`<p>', 'this,'],
] as const)(
  "a string that does not end before the editor's bracket goes with its prefix (%s)",
  (...given) => {
    const [languageId, around, text, shown] = given;
    expect(lineOf(languageId, around, text)).toBe(around[0] + shown + around[1]);
  },
);

describe('scopes that nothing behind the cursor closes, because accepted text has opened them', () => {
  it.each([
    ['typescript', 'const a = {\n  ', 'two: 2,\n  three: 3,\n};', '\n'],
    ['typescript', 'function f() {\n  const a = {\n    ', 'two: 2,\n    three: 3,\n  };', '\n}\n'],
    ['typescript', 'class A {\n  f(\n    ', 'one: string,\n    two: string,\n  ) {', '\n  }\n}\n'],
    ['typescript', 'if (a) {\n  // One', ' of two\n  b();\n}\nc();', '\n'],
    ['json', '[\n  {\n    "a', '": 1,\n    "b": 2\n  },', '\n  {\n    "a": 3\n  }\n]\n'],
    ['python', 'def f():\n  x = call(a,\n    ', 'b,\n    c)', '\n\ndef g():\n  pass\n'],
    ['html', '<ul>\n  <li>\n    ', 'Text\n  </li>', '\n</ul>\n'],
  ])('are closed by the text (%s, %j)', (languageId, prefix, text, suffix) => {
    expect(shape(text, placeOf(languageId, prefix, suffix))).toEqual({ text, replaced: 0, dedent: 0 });
  });

  it.each([
    ['typescript', 'function f() {\n  const a = {\n    ', 'two: 2,\n    three: 3,\n  };\n}', '\n}\n', 26],
    ['typescript', 'class A {\n  f() {\n    ', 'a();\n    b();\n  }', '\n  }\n', 13],
    ['html', '<ul>\n  <li>\n    ', 'Text\n    text\n  </li>', '\n  </li>\n', 13],
  ])('are those alone (%s, %j, %j)', (languageId, prefix, text, suffix, length) => {
    const shown = { text: text.slice(0, length), replaced: 0, dedent: 0 };
    expect(shape(text, placeOf(languageId, prefix, suffix))).toEqual(shown);
  });
});

describe('steps of a document in which a tab reaches further than one step', () => {
  const place = {
    ...placeOf('typescript', 'function f() {\n  ', '\n}\n'),
    tabSize: 4,
    indentSize: 2,
  };

  it.each([
    ['those of the text', 'if (a) {\n    b();\n  }'],
    ['those that the text gets', 'if (a) {\n      b();\n  }'],
  ])('are %s', (_, text) => {
    const shown = { text: 'if (a) {\n    b();\n  }', replaced: 0, dedent: 0 };
    expect(shape(text, place)).toEqual(shown);
  });
});

describe('indentation that is right as it comes', () => {
  it.each([
    ['makefile', 'all: main\n', '\t$(CC) -o main \\\n         main.c', false, 4],
    ['makefile', 'ifeq ($(A),1)\n', '  B = 1\n  ifeq ($(C),1)\n    D = 1', false, 4],
    ['markdown', '', 'Please note:\n - one\n - two', true, 4],
    ['html', '<p>', 'Note 1:\n it reads\n and writes', true, 4],
    ['typescript', 'const a = b\n  ', '? c\n  : each((d) => {\n      e(d);', true, 2],
  ] as const)('stays as it is (%s, %j)', (languageId, prefix, text, insertSpaces, tabSize) => {
    const style = { insertSpaces, tabSize, indentSize: tabSize };
    const shown = shape(text, { languageId, prefix, suffix: '\n', ...style });
    expect(shown).toEqual({ text, replaced: 0, dedent: 0 });
  });
});

it.each([
  ['<ul>\n  <', 'li class="a">Text</li>'],
  ['<ul>\n  <l', 'i>Text</li>'],
  ['<ul>\n  <b', 'utton\n    type="button">\n    Text\n  </button>'],
])('a tag whose name goes on has its end tag (%j)', (prefix, text) => {
  expect(shape(text, placeOf('html', prefix, '\n</ul>\n'))).toEqual({ text, replaced: 0, dedent: 0 });
});

describe('a line whose tags the editor has closed', () => {
  it.each([
    [
      'typescriptreact',
      ['return <Notice>', '</Notice>'],
      '{phrases.starting}</Notice>;',
      '{phrases.starting}',
    ],
    ['javascriptreact', ['return <>', '</>'], '{children}</>;', '{children}'],
    ['typescriptreact', ['<p>', '</p>'], '<p>{a}</p><p b="" /> all</p>;', '<p>{a}</p><p b="" /> all'],
    ['typescriptreact', ['<p class="', '"></p>'], 'title large">Text</p>;', 'title large'],
    ['typescript', ['const a: Foo<Bar["', '"]>'], 'index"]>(1);', 'index'],
    ['typescriptreact', ['return <p ', '></p>'], 'class="title">Text</p>;', 'class="title"'],
    ['typescriptreact', ['return <p ', '></p>'], 'on={() => go(1)}>Text</p>;', 'on={() => go(1)}'],
    ['php', ['<a ', '>'], 'href="<?= $to ?>">Text</a>', 'href="<?= $to ?>"'],
    ['java', ['Map<', '>'], 'String, List<Integer>> names;', 'String, List<Integer>'],
    ['html', ['<a class="', '"></a>'], 'title large">Text</a>', 'title large'],
    ['vue', ['<li :key="', '"></li>'], 'item.id">{{ item }}</li>', 'item.id'],
  ] as const)('has no tag twice (%s, %j before %j)', (languageId, around, text, shown) => {
    expect(lineOf(languageId, around, text)).toBe(around[0] + shown + around[1]);
  });
});

describe('mayInsertAt', () => {
  const before = (restOfLine: string): boolean =>
    mayInsertAt({ prefix: '', suffix: `${restOfLine}\nnext line` });

  it.each(['', '  ', ')', ');', '"', "')", '})', ']', ' }', '</div>', '</a></li>', ' */', ' -->', ')\r'])(
    'lets text in before %j',
    (rest) => {
      expect(before(rest)).toBe(true);
    },
  );

  it.each(['word', ' x', '(', '= 1', ') + y', '日', '<div>', '*'])('lets no text in before %j', (rest) => {
    expect(before(rest)).toBe(false);
  });
});
