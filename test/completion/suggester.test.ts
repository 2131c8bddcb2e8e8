import { describe, expect, it } from 'vitest';
import { acceptance, probabilityFor, usualCalibration } from '../../extension/completion/acceptance.ts';
import { type Eagerness, type Question, Suggester } from '../../extension/completion/suggester.ts';
import type { Candidate, CompletionOptions } from '../../extension/protocol/prediction.ts';
import { candidate, completionOf, type Told } from './told.ts';

function question(prefix: string, suffix = '', change: Partial<Question> = {}): Question {
  const place = { languageId: 'typescript', prefix, suffix, insertSpaces: true, tabSize: 2, indentSize: 2 };
  return { place, name: 'a.ts', isExplicit: false, ...change };
}

const low: Eagerness = { leastAcceptance: 0.75, multiline: false, maxTokens: 24, calls: true };
const { signal } = new AbortController();

/** An engine that says what it is told, and what it was asked. */
function engine(...candidates: readonly Candidate[]) {
  const asked: CompletionOptions[] = [];
  const suggester = new Suggester((_prefix, _open, options) => {
    asked.push(options);
    const [first, ...alternatives] = candidates;
    return Promise.resolve(completionOf(first!, alternatives));
  });
  const texts = async (asking: Question, eagerness = low): Promise<string[]> =>
    (await suggester.suggest(asking, eagerness, signal)).suggestions.map(({ text }) => text);
  return { asked, suggester, texts };
}

const sure: Told = [
  ['value', 0.95],
  [' = ', 0.9],
  ['compute', 0.9],
  ['();', 0.95],
];

describe('a suggestion', () => {
  it('is as much of the line as is sure enough, and less at lower eagerness', async () => {
    const { texts } = engine(
      candidate([
        ['value', 0.9],
        [' = ', 0.8],
        ['compute();', 0.85],
      ]),
    );
    // Products .9, .72, .61: right in 94, 81 and 72 % of all cases, as usual.
    expect(await texts(question('const '), { ...low, leastAcceptance: 0.9 })).toEqual(['value']);
    expect(await texts(question('let '), { ...low, leastAcceptance: 0.8 })).toEqual(['value =']);
    expect(await texts(question('var '), { ...low, leastAcceptance: 0.7 })).toEqual(['value = compute();']);
  });

  it('leaves the rest of the line to the next one where that saves more keys on average', async () => {
    const { texts } = engine(
      candidate([
        ['value = ', 0.9],
        ['compute();', 0.5],
      ]),
    );
    // .9 · 7 + .45 · (10 − 2) are more than .45 · 17.
    expect(await texts(question('var '), { ...low, leastAcceptance: 0.45 })).toEqual(['value =']);
    // Nobody who asks wants to ask again.
    expect(await texts(question('var ', '', { isExplicit: true }))).toEqual(['value = compute();']);
  });

  it('has four characters or more, be there fewer that would save more keys', async () => {
    const { texts } = engine(
      candidate([
        ['end', 0.99],
        [' of it', 0.6],
      ]),
    );
    expect(await texts(question('go '), { ...low, leastAcceptance: 0.45 })).toEqual(['end of it']);
  });

  it('asks for nothing less likely than the gate would show, by the calibration of the workspace', async () => {
    const { asked, suggester, texts } = engine(candidate(sure));
    await texts(question('const '));
    expect(asked[0]!.leastProbability).toBeCloseTo(probabilityFor(usualCalibration, 0.75), 12);
    suggester.calibration = { slope: 1, offset: 0 };
    await texts(question('let '));
    expect(asked[1]!.leastProbability).toBeCloseTo(0.75, 12);
  });

  it('says how often such a text is right', async () => {
    const { suggester } = engine(candidate(sure));
    const { suggestions } = await suggester.suggest(question('const '), low, signal);
    expect(suggestions[0]!.acceptance).toBeCloseTo(acceptance(usualCalibration, 0.95 * 0.9 * 0.9 * 0.95), 12);
  });

  it.each<[string, Told, boolean[]]>([
    ['a character', [[';', 0.99]], [false]],
    [
      'half of a word',
      [
        ['ren', 0.99],
        ['der', 0.2],
      ],
      [true, false],
    ],
  ])(
    'says that it would be too short, not that it is unsure, where %s is sure and no more',
    async (_, tokens, withinWord) => {
      const { suggester } = engine(candidate(tokens, { withinWord }));
      const { silence } = await suggester.suggest(question('go()'), low, signal);
      expect(silence).toEqual({ kind: 'refused', reason: 'tooShort' });
    },
  );

  it('tells what it was made of: tokens whose product is how likely it is, from the word on that was being typed', async () => {
    const { suggester } = engine(
      candidate(
        [
          [' value', 0.9],
          [' = 1;', 0.95],
        ],
        { text: 'lue = 1;', ends: [3, 8] },
      ),
    );
    const { suggestions } = await suggester.suggest(question('const va'), low, signal);
    expect(suggestions[0]!.made).toMatchObject({
      tokens: [{ bytes: ' value' }, { bytes: ' = 1;' }],
      typed: 3,
    });
  });

  it('says why there is none: not sure, with how sure; or what shaping says', async () => {
    const unsure = engine(candidate([], { unlikely: 0.2, stop: 'unlikely' }));
    expect((await unsure.suggester.suggest(question('const '), low, signal)).silence).toEqual({
      kind: 'unsure',
      acceptance: acceptance(usualCalibration, 0.2),
      least: 0.75,
    });
    const short = engine(candidate([['x;', 0.99]]));
    expect((await short.suggester.suggest(question('return '), low, signal)).silence).toEqual({
      kind: 'refused',
      reason: 'tooShort',
    });
  });

  it.each([
    ['lineEnd', 'lineEnds'],
    ['cut', 'late'],
  ] as const)('says of an empty one that ended with %s: %s', async (stop, kind) => {
    const { suggester } = engine(candidate([], { stop }));
    expect((await suggester.suggest(question('const '), low, signal)).silence).toEqual({ kind });
  });

  it.each([
    ['unlikely', { kind: 'unsure', acceptance: acceptance(usualCalibration, 0.2), least: 0.75 }],
    ['lineEnd', { kind: 'lineEnds' }],
    ['cut', { kind: 'late' }],
  ] as const)(
    'gives the reason of what would be shown next (%s), not of tokens that only repeat the word that is being typed',
    async (stop, silence) => {
      const unlikely = stop === 'unlikely' ? 0.2 : null;
      const { suggester } = engine(candidate([['const', 0.99]], { text: '', ends: [0], unlikely, stop }));
      expect((await suggester.suggest(question('const'), low, signal)).silence).toEqual(silence);
    },
  );

  it('in an empty line of a block is asked for where the lines of the block stand, and begins there', async () => {
    const prefixes: string[] = [];
    const suggester = new Suggester((prefix) => {
      prefixes.push(prefix);
      return Promise.resolve(completionOf(candidate([['value();', 0.95]])));
    });
    const shownBehind = async (prefix: string, suffix: string): Promise<string[]> => {
      const { suggestions } = await suggester.suggest(question(prefix, suffix), low, signal);
      return suggestions.map(({ text }) => text);
    };
    const within = 'function f() {\n  const a = 1;\n';
    expect(await shownBehind(within, '\n}\n')).toEqual(['  value();']);
    expect(await shownBehind(`${within}  `, '\n}\n')).toEqual(['value();']);
    expect(await shownBehind('const a = 1;\n', '\n')).toEqual(['value();']);
    expect(await shownBehind(`${within}go.`, '\n}\n')).toEqual(['value();']);
    // Who types the indentation is shown the rest of what is there.
    expect(prefixes).toEqual([`${within}  `, 'const a = 1;\n', `${within}go.`]);
  });

  it('breaks no word: it goes on to its end, or ends before it, where the word most likely goes on', async () => {
    const word: Told = [
      ['const ', 0.95],
      ['south', 0.95],
      ['Cliff', 0.95],
    ];
    const whole = engine(candidate(word, { withinWord: [false, true, false] }));
    expect(await whole.texts(question(''))).toEqual(['const southCliff']);
    const half = engine(
      candidate(word.slice(0, 2), { withinWord: [false, true], unlikely: 0.5, stop: 'unlikely' }),
    );
    expect(await half.texts(question(''))).toEqual(['const']);
  });

  it('may be wrong half as often within a string or a comment', async () => {
    const { asked, texts } = engine(candidate(sure));
    for (const prefix of ['// the ', "const a = 'the "]) await texts(question(prefix));
    for (const { leastProbability } of asked) {
      expect(leastProbability).toBeCloseTo(probabilityFor(usualCalibration, 0.875), 12);
    }
  });

  it('costs nothing while somebody types it, and is asked for anew where they type something else or the text behind changes', async () => {
    const { asked, texts } = engine(candidate(sure));
    expect(await texts(question('const '))).toEqual(['value = compute();']);
    expect(await texts(question('const v'))).toEqual(['alue = compute();']);
    expect(await texts(question('const value = comp'))).toEqual(['ute();']);
    expect(asked).toHaveLength(1);
    await texts(question('const value = comp', ')'));
    expect(asked).toHaveLength(2);
    await texts(question('const w'));
    expect(asked).toHaveLength(3);
    await texts(question('const wa', '', { name: 'b.ts' }));
    expect(asked).toHaveLength(4);
  });

  it('is asked for anew where another is wanted, or what completes has changed', async () => {
    const { asked, suggester, texts } = engine(candidate(sure));
    await texts(question('const '));
    for (const change of [{ leastAcceptance: 0.5 }, { multiline: true }, { maxTokens: 5 }]) {
      await texts(question('const '));
      const before = asked.length;
      await texts(question('const v'), { ...low, ...change });
      expect(asked).toHaveLength(before + 1);
    }
    await texts(question('const '));
    const before = asked.length;
    suggester.changed();
    await texts(question('const v'));
    expect(asked).toHaveLength(before + 1);
  });

  it('costs nothing while somebody types it where lines end with a carriage return and a line feed', async () => {
    const { asked, texts } = engine(candidate([['if (a) {\n  go();\n}', 0.95]]));
    const several = { ...low, multiline: true };
    expect(await texts(question('x();\r\n'), several)).toEqual(['if (a) {\n  go();\n}']);
    expect(await texts(question('x();\r\nif (a) {\r\n  g'), several)).toEqual(['o();\n}']);
    expect(asked).toHaveLength(1);
  });

  it('is asked for anew when all of it is typed', async () => {
    const { asked, texts } = engine(candidate(sure));
    await texts(question('const '));
    await texts(question('const value = compute();'));
    expect(asked).toHaveLength(2);
  });

  it('that was refused twice on a line is not shown there again, wherever the line has moved with the one above it', async () => {
    const { suggester } = engine(candidate(sure));
    for (let i = 0; i < 2; i++)
      suggester.refused({ prefix: 'one();\n\n  const ' }, 'a.ts', 'value = compute();');
    for (const prefix of ['one();\n\n  const ', 'two();\n    one();\n  const ']) {
      const { silence } = await suggester.suggest(question(prefix), low, signal);
      expect(silence).toEqual({ kind: 'unwanted' });
    }
  });

  it.each([
    ['one();\n\n  const ', 'on a line that begins otherwise', 'one();\n\n  let '],
    ['one();\n', 'on another empty line', 'one();\ntwo();\n'],
    ['one();\n', 'where a line has begun', 'one();\nconst '],
  ])('that was refused twice at %j is shown %s', async (prefix, _, other) => {
    const { suggester, texts } = engine(candidate(sure));
    for (let i = 0; i < 2; i++) suggester.refused({ prefix }, 'a.ts', 'value = compute();');
    expect(await texts(question(other))).toEqual(['value = compute();']);
  });

  it('that was refused is looked at anew where the other text is taken back at once', async () => {
    const { suggester, texts } = engine(candidate(sure));
    expect(await texts(question('const '))).toEqual(['value = compute();']);
    for (let i = 0; i < 2; i++) suggester.refused({ prefix: 'const ' }, 'a.ts', 'value = compute();');
    const { silence } = await suggester.suggest(question('const '), low, signal);
    expect(silence).toEqual({ kind: 'unwanted' });
  });

  it('that was refused twice is shown where somebody asks for it', async () => {
    const { suggester } = engine(candidate(sure));
    for (let i = 0; i < 2; i++) suggester.refused({ prefix: 'const ' }, 'a.ts', 'value = compute();');
    const unasked = await suggester.suggest(question('const '), low, signal);
    expect(unasked.silence).toEqual({ kind: 'unwanted' });
    const asked = await suggester.suggest(question('const ', '', { isExplicit: true }), low, signal);
    expect(asked.suggestions.map(({ text }) => text)).toEqual(['value = compute();']);
  });

  it('has several lines where all of them are sure and several are wanted, each whole', async () => {
    const lines = candidate([
      ['{', 0.97],
      ['\n  ', 0.97],
      ['go();', 0.97],
      ['\n', 0.97],
      ['}', 0.97],
    ]);
    const { asked, texts } = engine(lines);
    expect(await texts(question('if (ready) '), { ...low, multiline: true })).toEqual(['{\n  go();\n}']);
    expect(asked[0]!.maxLines).toBeGreaterThan(1);
    const half = engine(
      candidate([
        ['foo {', 0.97],
        ['\n  ', 0.97],
        ['go', 0.9],
        ['Home();', 0.6],
      ]),
    );
    expect(await half.texts(question('if (ready) '), { ...low, multiline: true })).toEqual(['foo {']);
    // It ended for want of certainty, not because the line did.
    const cut = candidate(
      [
        ['{', 0.97],
        ['\n  ', 0.97],
        ['go', 0.97],
      ],
      { stop: 'unlikely', unlikely: 0.1 },
    );
    expect(await engine(cut).texts(question('while (x) '), { ...low, multiline: true })).toEqual([]);
    // At the top level the next statement is another matter; within a block it is not.
    const next = candidate([
      ['first();', 0.97],
      ['\n', 0.97],
      ['second();', 0.97],
    ]);
    expect(await engine(next).texts(question(''), { ...low, multiline: true })).toEqual(['first();']);
    const inBlock = candidate([
      ['first();', 0.97],
      ['\n  ', 0.97],
      ['second();', 0.97],
    ]);
    const block = question('function f() {\n  ', '\n}\n');
    expect(await engine(inBlock).texts(block, { ...low, multiline: true })).toEqual([
      'first();\n  second();',
    ]);
    await texts(question('if (x) '), { ...low, multiline: false });
    expect(asked[1]!.maxLines).toBe(1);
    await texts(question('if (y) '), { ...low, multiline: true, maxTokens: 5 });
    expect(asked[2]!.maxTokens).toBe(5);
  });

  it('on demand comes with others, the surest first, each once, also when hardly sure', async () => {
    const { asked, texts } = engine(
      candidate([['first();', 0.3]]),
      candidate([['other();', 0.4]]),
      candidate([['first();', 0.2]]),
      candidate([], { unlikely: 0.01, stop: 'unlikely' }),
    );
    expect(await texts(question('x = ', '', { isExplicit: true }))).toEqual(['other();', 'first();']);
    expect(asked[0]).toMatchObject({ alternatives: 3 });
    expect(await texts(question('y = '))).toEqual([]);
  });

  it('before other text on the line ends where that can follow, has one line, and within a word there is none', async () => {
    const name: Told = [
      ['value', 0.98],
      ['Of', 0.99],
      ['(x)', 0.99],
    ];
    const { asked, texts } = engine(candidate(name, { follows: [0.4, 0.05, 0.6] }));
    expect(await texts(question('const ', ' = compute();'), { ...low, multiline: true })).toEqual([
      'valueOf(x)',
    ]);
    expect(asked[0]).toMatchObject({ restFollows: true, maxLines: 1 });
    expect(await texts(question('const va', 'lue = 1;'))).toEqual([]);
    expect(asked).toHaveLength(1);
    const early = engine(candidate(name, { follows: [0.4, 0.05, 0.02] }));
    expect(await early.texts(question('const ', ' = compute();'))).toEqual(['value']);
    const nowhere = engine(candidate(name, { follows: [0.01, 0.05, 0.02] }));
    const { silence } = await nowhere.suggester.suggest(question('const ', ' = compute();'), low, signal);
    expect(silence?.kind).toBe('unsure');
  });
});

describe('a model that asks', () => {
  const asks = { tool: 'names', argument: 'val', word: 'val', probability: 0.9 } as const;
  const message = {
    tool: 'names',
    argument: 'val',
    probability: 0.9,
    returned: 2,
    text: '…',
    ids: [],
    before: [],
    chosen: [],
  } as const;

  /** Guesses, and asks; told something, it chooses. */
  function asking(sureOfAnswer = 0.97) {
    const asked: CompletionOptions[] = [];
    const suggester = new Suggester((_prefix, _open, options) => {
      asked.push(options);
      const told = options.returned !== undefined;
      const first = candidate([told ? ['idateAll', sureOfAnswer] : ['ueOfAll', 0.95]]);
      return Promise.resolve({
        ...completionOf(first),
        asks: told || options.calls !== true ? null : asks,
        message: told ? message : null,
      });
    });
    return { asked, suggester };
  }
  const place = question('const x = val');

  it('is answered by the application, and what it chooses then is shown with the message', async () => {
    const { asked, suggester } = asking();
    const calls: unknown[] = [];
    const answer = await suggester.suggest(place, low, signal, (call) => {
      calls.push(call);
      return Promise.resolve(['validate', 'value']);
    });
    expect(answer.suggestions.map(({ text }) => text)).toEqual(['idateAll', 'ueOfAll']);
    expect(answer.message).toEqual(message);
    expect(calls).toEqual([asks]);
    expect(asked.map(({ returned }) => returned)).toEqual([undefined, ['validate', 'value']]);
  });

  it('goes on with its guess where that is likelier than what it chooses', async () => {
    const { suggester } = asking(0.93);
    const answer = await suggester.suggest(place, low, signal, () => Promise.resolve(['validate', 'value']));
    expect(answer.suggestions.map(({ text }) => text)).toEqual(['ueOfAll', 'idateAll']);
  });

  it('goes on with its guess where nobody knows anything', async () => {
    const { asked, suggester } = asking();
    const answer = await suggester.suggest(place, low, signal, () => Promise.resolve([]));
    expect(answer).toMatchObject({ suggestions: [{ text: 'ueOfAll' }], message: null });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['nobody may be asked', low, null],
    ['it is switched off', { ...low, calls: false }, () => Promise.reject(new Error('asked'))],
  ])('does not ask where %s', async (_, eagerness, callTool) => {
    const { asked, suggester } = asking();
    const answer = await suggester.suggest(place, eagerness, signal, callTool);
    expect(answer).toMatchObject({ suggestions: [{ text: 'ueOfAll' }], message: null });
    expect(asked.map(({ calls }) => calls)).toEqual([false]);
  });
});
