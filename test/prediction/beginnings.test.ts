import { beforeEach, describe, expect, it } from 'vitest';
import { AgreeingTokens } from '../../extension/prediction/agreeingTokens.ts';
import { likeliestBeginnings } from '../../extension/prediction/beginnings.ts';
import { ModelSource } from '../../extension/prediction/modelSource.ts';
import { trainTokenizer } from '../../extension/tokenizer/tokenizer.ts';
import { OrderOneModel } from '../evaluation/orderOneModel.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const never = (): boolean => false;

/** A text in which the letter c is a name of its own, and words that begin with it are cut in another way. */
const text =
  'const c = c + c * c;\ncount(c, c, cut);\n'.repeat(30) + 'const '.repeat(20) + 'curlew'.repeat(9);
const tokenizer = trainTokenizer([bytesOf(text)], 320);
const model = new OrderOneModel(tokenizer.vocabSize, tokenizer.endOfText, [tokenizer.encode(bytesOf(text))]);

function source(): ModelSource {
  return new ModelSource(model, new AgreeingTokens(tokenizer), tokenizer);
}

interface Way {
  readonly ids: readonly number[];
  readonly probability: number;
}

/** Every way to cut what is typed, with the tokens that end it, and how likely each is. */
function everyWay(
  typed: Uint8Array,
  mayEndWithIt: boolean,
  before: Way = { ids: [], probability: 1 },
): Way[] {
  model.rewind();
  for (const id of before.ids) model.suppose(id);
  const said = new Float64Array(model.vocabSize);
  model.distribution(said);
  model.rewind();
  return Array.from({ length: tokenizer.endOfText }, (_, id) => id).flatMap((id): Way[] => {
    const bytes = tokenizer.tokenBytes(id);
    const shared = Math.min(bytes.length, typed.length);
    if (!bytes.subarray(0, shared).every((byte, i) => byte === typed[i])) return [];
    const way = { ids: [...before.ids, id], probability: before.probability * said[id]! };
    const isEnough = bytes.length > typed.length || (mayEndWithIt && bytes.length === typed.length);
    return isEnough ? [way] : everyWay(typed.subarray(bytes.length), mayEndWithIt, way);
  });
}

function beginningsOf(typed: string, count = 1, cancelled = never) {
  return likeliestBeginnings(source(), bytesOf(typed), count, { rewind: () => model.rewind(), cancelled });
}

describe('the likeliest beginnings', () => {
  beforeEach(() => {
    model.begin();
    model.learn(tokenizer.encode(bytesOf(';'))[0]!);
  });

  it('do not begin with a token that comes more often, and hardly ever with what is typed behind it', () => {
    model.learn(tokenizer.encode(bytesOf('('))[0]!);
    const name = tokenizer.encode(bytesOf('c'))[0]!;
    const typed = bytesOf('cu');
    const agreeing = source().agreeing(typed, 1);
    const oftenest = agreeing.reduce((best, next) => (next.probability > best.probability ? next : best));
    expect(oftenest.id).toBe(name);
    const [[first] = []] = beginningsOf('cu');
    expect(first!.bytes).toMatch(/^cu/);
    const alone = agreeing.find(({ id }) => id === first!.id)!.probability;
    expect(alone).toBeLessThan(oftenest.probability);
  });

  it.each(['co', 'con', 'cu', 'cur', 'c', 'cou', ' c', '= c'])(
    'of %j are led by the way that is likeliest together with the rest of what is typed, with its share of all ways',
    (typed) => {
      const ways = everyWay(bytesOf(typed), true);
      const total = ways.reduce((sum, { probability }) => sum + probability, 0);
      const likeliest = ways.reduce((best, way) => (way.probability > best.probability ? way : best));
      const [found] = beginningsOf(typed);
      expect(found!.map(({ id }) => id)).toEqual(likeliest.ids);
      const share = found!.reduce((product, { probability }) => product * probability, 1);
      // What is 20 times less likely is not looked at: it may be one way of several, and counts for more or for nothing.
      expect(share).toBeGreaterThan(0.8 * (likeliest.probability / total));
      expect(share).toBeLessThan(1.05 * (likeliest.probability / total));
    },
  );

  it('of a long name are found after a few looks, and those of an endless one are not looked for', () => {
    let looks = 0;
    const counting = (): boolean => ++looks < 0;
    const typed = 'curlew'.repeat(20);
    const [found] = beginningsOf(typed, 1, counting);
    expect(found!.map(({ bytes }) => bytes).join('')).toMatch(new RegExp(`^${typed}`));
    expect(looks).toBeLessThan(150);
    looks = 0;
    expect(beginningsOf('='.repeat(3_000), 1, counting)).toEqual([]);
    expect(looks).toBeLessThan(150);
  });

  it('end where they are cancelled, with the model where it was', () => {
    const before = model.probability(3);
    expect(beginningsOf('co', 1, () => true)).toEqual([]);
    expect(model.probability(3)).toBe(before);
  });
});
