import { describe, expect, it } from 'vitest';
import { softmax } from '../../extension/arithmetic/softmax.ts';
import { presetConfig } from '../../extension/engine/config.ts';
import { Decoder } from '../../extension/engine/decoder.ts';
import { branchTokenByToken, toEndOfWord, whyLineByLine } from '../../extension/inspection/growingAnswers.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import type { RunQuestion, StageAnswer, StageAnswers } from '../../extension/protocol/stages.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

const config = { ...presetConfig('small', 120), maxPositionEmbeddings: 64 };
const tensors = randomTensors(config, 2);
const ids = [...randomIntegers(uniform(8), 50, 0, 119)];
const subject = {
  model: new RecordedModel(compiled('baseline'), config, tensors),
  bytesOf: (id: number): string => (id % 10 === 3 ? ';\n' : `t${id}`),
};

/** Two engines round differently: their float32 scores, of up to 30, are up to 10⁻⁵ apart, and so are logarithms of probabilities. */
const bound = 1e-5;

/** The engine, and which questions it was asked. */
function engine() {
  const asked: string[] = [];
  const ask = async (question: RunQuestion): Promise<StageAnswer> => {
    const { kind } = question;
    asked.push(kind);
    if (kind === 'merges' || kind === 'firingLines' || kind === 'explain' || kind === 'call')
      throw new Error('not asked');
    return answerStage({ subject, ids }, question);
  };
  return { asked, ask };
}

async function all<Answer>(answers: AsyncGenerator<Answer>): Promise<Answer[]> {
  const found: Answer[] = [];
  for await (const answer of answers) found.push(answer);
  return found;
}

describe('why, line by line', () => {
  it('says all but the lines at once, and of each line what a run without it says, one a question', async () => {
    const { asked, ask } = engine();
    const answers = await all(whyLineByLine(ask, { kind: 'why', position: 45, token: null }));
    const tried = ({ lines }: StageAnswers['why']): number =>
      lines.filter(({ probability }) => probability !== null).length;
    const lines = answers[0]!.lines.length;
    expect(lines).toBeGreaterThan(2);
    expect(answers.map(tried)).toEqual(Array.from({ length: lines + 1 }, (_, i) => i));
    expect(asked).toEqual(['why', ...Array.from({ length: lines }, () => 'without')]);
  });

  it('asks for nothing more once nobody takes the next answer', async () => {
    const { asked, ask } = engine();
    for await (const { lines } of whyLineByLine(ask, { kind: 'why', position: 45, token: null })) {
      if (lines.some(({ probability }) => probability !== null)) break;
    }
    expect(asked).toEqual(['why', 'without']);
  });
});

describe('a branch, token by token', () => {
  /** By another engine: the decoder of completions, in float32. */
  function independent(kept: readonly number[]): Float64Array {
    return softmax(new Decoder(compiled('baseline'), config, tensors, 'f32').next(kept)!);
  }

  it.each([{ supposed: [] }, { supposed: [7] }, { supposed: [7, 101, 45] }])(
    'after $supposed: each probability is an independent run’s, and behind them comes the likeliest each time',
    async ({ supposed }) => {
      const { ask } = engine();
      const position = 20;
      const answers = await all(branchTokenByToken(ask, { kind: 'branch', position, tokens: supposed }));
      answers.forEach(({ tokens, done }, i) => {
        expect(tokens).toHaveLength(i + 1);
        expect(done).toBe(i === answers.length - 1);
      });
      const { tokens } = answers.at(-1)!;
      expect(tokens.map(({ id }) => id).slice(0, supposed.length)).toEqual(supposed);
      expect(tokens.length === 16 || tokens.at(-1)!.bytes.includes('\n')).toBe(true);
      const text = ids.slice(0, position + 1);
      tokens.forEach(({ id, probability, rank, top }, i) => {
        const probabilities = independent(text);
        expect(Math.abs(probabilities[id]! - probability)).toBeLessThanOrEqual(bound);
        const larger = probabilities.filter((other) => other > probabilities[id]!).length;
        expect(rank).toBe(1 + larger);
        if (i >= supposed.length) expect(rank).toBe(1);
        expect(Math.abs(top[0]!.probability - Math.max(...probabilities))).toBeLessThanOrEqual(bound);
        text.push(id);
      });
    },
  );

  it('goes on where the context is full: what does not fit in falls out in front', async () => {
    const { ask } = engine();
    const tokens = Array.from({ length: 30 }, (_, i) => (i * 7) % 119);
    const [last] = (await all(branchTokenByToken(ask, { kind: 'branch', position: 49, tokens }))).slice(-1);
    expect(last!.tokens).toHaveLength(30);
    const text = [...ids, ...tokens.slice(0, -1)].slice(-config.maxPositionEmbeddings);
    const expected = independent(text)[tokens.at(-1)!]!;
    expect(Math.abs(last!.tokens.at(-1)!.probability - expected)).toBeLessThanOrEqual(bound);
  });
});

describe('what may come, to the end of the word', () => {
  it.each([7, 101, 45, 13, 3])(
    'from token %i on: the likeliest tokens, as long as they go on with the word',
    async (id) => {
      const { ask } = engine();
      const position = 20;
      const branch = (await all(branchTokenByToken(ask, { kind: 'branch', position, tokens: [id] }))).at(-1)!;
      const bytes = branch.tokens.map((token) => token.bytes);
      const isWord = (text: string): boolean => /\w$/.test(text);
      const end = isWord(bytes[0]!) ? bytes.findIndex((text) => !isWord(text)) : 1;
      const expected = bytes.slice(0, end < 0 ? 8 : Math.min(8, end)).join('');
      expect(await toEndOfWord({ id, bytes: subject.bytesOf(id) }, position, ask)).toBe(expected);
    },
  );

  it('leaves out what is cut of a character, and begins no word behind signs', async () => {
    const { asked, ask } = engine();
    expect(await toEndOfWord({ id: 7, bytes: '.' }, 20, ask)).toBe('.');
    expect(asked).toEqual([]);
    const cut = async (): Promise<StageAnswer> => ({
      kind: 'next',
      answer: { id: 1, bytes: ';', logit: 0, probability: 1, rank: 1, top: [] },
    });
    expect(await toEndOfWord({ id: 7, bytes: 'a\xe5\x92' }, 20, cut)).toBe('a');
  });
});
