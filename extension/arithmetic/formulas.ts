import type { Explanation, FormulaKind, Operands } from '../protocol/explanation.ts';
import {
  type Figure,
  mostDecimals,
  type Writing,
  writingFor,
  writingForSum,
  writingsForProduct,
} from './figure.ts';
import { sixDecimals, writeAdamW, writeMuon } from './optimizerSheet.ts';
import { writeLoss, writeSoftmax, writingBeside1, writingOfEntropy, writingOfShare } from './scoreSheets.ts';
import { type Factors, Sheet } from './sheet.ts';

interface Formula<Kind extends FormulaKind> {
  /** as it is written in general */
  readonly symbols: string;
  /** how the numbers are written; totals and results have as many decimals as the longest of them */
  writings(operands: Operands[Kind]): readonly Writing[];
  write(
    sheet: Sheet,
    operands: Operands[Kind],
    machine: readonly number[],
    writings: readonly Writing[],
  ): void;
}

/** Every formula of the Inspector: general form, and how it is computed on paper from what is shown. */
const formulas: { readonly [Kind in FormulaKind]: Formula<Kind> } = {
  dot: {
    symbols: 'a · b = a₁ × b₁ + a₂ × b₂ + …',
    writings: ({ a, b }) => writingsForProduct(a, b),
    write(sheet, { a, b }, [product], [forA, forB]) {
      sheet.result('a · b', sheet.dot('a · b', factors('a', a, forA!), factors('b', b, forB!)), product!);
    },
  },
  score: {
    symbols: 'q · k ÷ √d',
    writings: ({ q, k }) => writingsForProduct(q, k),
    write(sheet, { q, k }, [product, score], [forQ, forK]) {
      const dot = sheet.dot('q · k', factors('q', q, forQ!), factors('k', k, forK!));
      const root = sheet.squareRoot('√d', sheet.exact('d', q.length, 0));
      sheet.result('q · k', dot, product!);
      sheet.result('q · k ÷ √d', sheet.divided('q · k ÷ √d', dot, root), score!);
    },
  },
  rotation: {
    symbols: 'x × cos α − y × sin α  |  y × cos α + x × sin α',
    writings: ({ x, y }) => [writingFor([x, y])],
    write(sheet, { x, y, cos, sin, part }, [rotated], [forPair]) {
      const [a, b] = [sheet.given('x', x, forPair), sheet.given('y', y, forPair)];
      const [c, s] = [sheet.given('cos α', cos), sheet.given('sin α', sin)];
      if (part === 'first') {
        const [left, right] = [sheet.times('x × cos α', a, c), sheet.times('y × sin α', b, s)];
        sheet.result('x′', sheet.minus('x′', left, right), rotated!);
      } else {
        const [left, right] = [sheet.times('y × cos α', b, c), sheet.times('x × sin α', a, s)];
        sheet.result('y′', sheet.plus('y′', left, right), rotated!);
      }
    },
  },
  softmax: {
    symbols: 'e^((z − m) ÷ T) ÷ Σ e^((zᵢ − m) ÷ T)',
    // Divided by less than 1, what rounding has taken off is more.
    writings: ({ temperature }) => [writingFor([Math.min(1, temperature)])],
    write: writeSoftmax,
  },
  norm: {
    symbols: 'x ÷ √(Σ xᵢ² ÷ n + ε) × w',
    writings({ x, index, weight, epsilon }) {
      // Beside ε, what is smaller than its root need not be exact.
      const added = [...x, Math.sqrt(epsilon)];
      return [writingFor([x[index]!]), writingFor([weight]), ...writingsForProduct(added, added)];
    },
    write(sheet, { x, index, weight, epsilon }, [normal], [forX, forWeight, forAll]) {
      const squares = sheet.squares('Σ x²', factors('x', x, forAll!));
      const mean = sheet.divided('Σ x² ÷ n', squares, sheet.exact('n', x.length, 0), sheet.decimals + 2);
      const forEpsilon = { decimals: sheet.decimals + 4, power: mean.power };
      const root = sheet.squareRoot('√', sheet.plus('+ ε', mean, sheet.given('ε', epsilon, forEpsilon)));
      const ratio = sheet.divided('x ÷ √', sheet.given('x', x[index]!, forX), root, sheet.decimals + 2);
      sheet.result('x ÷ √ × w', sheet.times('× w', ratio, sheet.given('w', weight, forWeight)), normal!);
    },
  },
  activation: {
    symbols: 'max(0, x)²',
    writings: ({ x }) => [writingFor([x])],
    write(sheet, { x }, [activated], [forX]) {
      const positive = sheet.positive('max(0, x)', sheet.given('x', x, forX));
      sheet.result('max(0, x)²', sheet.times('max(0, x)²', positive, positive), activated!);
    },
  },
  sum: {
    symbols: 'a + b',
    writings: ({ a, b }) => [writingForSum(a, b)],
    write(sheet, { a, b }, [total], [forBoth]) {
      const [left, right] = [sheet.given('a', a, forBoth), sheet.given('b', b, forBoth)];
      sheet.result('a + b', sheet.plus('a + b', left, right), total!);
    },
  },
  loss: {
    symbols: '−ln p',
    writings: ({ p }) => [writingOfShare(p)],
    write: writeLoss,
  },
  entropy: {
    symbols: 'H = Σ pᵢ × −log₂ pᵢ',
    writings: (operands) => [writingOfEntropy(operands)],
    write(sheet, { p, rest }, [bits]) {
      sheet.result('H', sheet.entropy('H', p, rest), bits!);
    },
  },
  error: {
    symbols: 'p − 1  |  p − 0',
    writings: ({ p, came }) => [came ? writingBeside1(p) : writingFor([p])],
    write(sheet, { p, came }, [error], [forP]) {
      const figure = sheet.given('p', p, forP);
      sheet.result('p − y', sheet.minus('p − y', figure, sheet.exact('y', came ? 1 : 0, 0)), error!);
    },
  },
  descent: {
    symbols: 'w − η × g',
    // A step moves a weight by little.
    writings: ({ g }) => [{ decimals: mostDecimals, power: 0 }, writingFor([g])],
    write(sheet, { w, g, rate }, [after], [forW, forG]) {
      const [weight, gradient] = [sheet.given('w', w, forW), sheet.given('g', g, forG)];
      const nudge = sheet.times('η × g', gradient, sheet.exact('η', rate, 4));
      const lowered = sheet.lowered('η × g', nudge, mostDecimals + 2);
      sheet.result('w − η × g', sheet.minus('w − η × g', weight, lowered), after!);
    },
  },
  adamw: {
    symbols: 'w − η × (m ÷ (1 − β₁ᵗ) ÷ (√(v ÷ (1 − β₂ᵗ)) + ε) + λ × w)',
    writings: sixDecimals,
    write: writeAdamW,
  },
  muon: {
    symbols: 'w − η × (s × o + λ × w)',
    writings: sixDecimals,
    write: writeMuon,
  },
  cosine: {
    symbols: 'a · b ÷ (|a| × |b|)',
    writings: ({ a, b }) => writingsForProduct(a, b),
    write: writeCosine,
  },
  share: {
    symbols: 'n ÷ N  |  (S + n) ÷ N, S = Σ nⱼ (j < i)',
    writings: () => [writingFor([1])],
    write(sheet, { before, count, total }, [share, running]) {
      const all = sheet.exact('N', total, 0);
      const own = sheet.exact('n', count, 0);
      const { power } = writingFor([count / total]);
      sheet.result('n ÷ N', sheet.part('n ÷ N', own, all, power), share!);
      const sum = sheet.plus('S + n', sheet.exact('S', before, 0), own);
      sheet.result('(S + n) ÷ N', sheet.divided('(S + n) ÷ N', sum, all, sheet.decimals + 2), running!);
    },
  },
  mergeCount: {
    symbols: 'n = k₁ × n₁ + k₂ × n₂ + …',
    writings: () => [{ decimals: 0, power: 0 }],
    write(sheet, { tokens, times, counts, rest }, [total]) {
      const terms = tokens.map((name, i) => ({ name, a: times[i]!, b: counts[i]! }));
      sheet.result('n', sheet.wholeProducts('n', terms, rest), total!);
    },
  },
  interval: {
    symbols: 'S = Σ pⱼ (j < i) … S + pᵢ',
    writings: sixDecimals,
    write(sheet, { before, rest, p }, [from, to]) {
      const start = sheet.sum('S', 'p', before, rest);
      sheet.result('S', start, from!);
      sheet.result('S + p', sheet.plus('S + p', start, sheet.given('p', p)), to!);
    },
  },
};

function factors(name: string, values: readonly number[], writing: Writing): Factors {
  return { name, values, writing };
}

function writeCosine(
  sheet: Sheet,
  { a, b }: Operands['cosine'],
  [product, cosine]: readonly number[],
  [forA, forB]: readonly Writing[],
): void {
  const [left, right] = [factors('a', a, forA!), factors('b', b, forB!)];
  const dot = sheet.dot('a · b', left, right);
  const lengthOf = (of: Factors): Figure =>
    sheet.squareRoot(`|${of.name}|`, sheet.squares(`Σ ${of.name}²`, of));
  const lengths = sheet.times('|a| × |b|', lengthOf(left), lengthOf(right));
  sheet.result('a · b', dot, product!);
  // A vector that is nothing points nowhere, and is like none.
  const isNothing = lengths.decimal.units === 0n;
  const name = 'a · b ÷ (|a| × |b|)';
  sheet.result('cos', isNothing ? sheet.exact(name, 0, 4) : sheet.divided(name, dot, lengths), cosine!);
}

/** How a formula is written in general. */
export function symbolsOf(kind: FormulaKind): string {
  return formulas[kind].symbols;
}

/** The calculation on paper. @param mostTerms of a sum that are written out; the rest is given */
export function sheetOf(explanation: Explanation, mostTerms = Infinity): Sheet {
  // One kind at a time: the compiler does not follow a union through a table.
  const formula = formulas[explanation.formula] as Formula<FormulaKind>;
  const writings = formula.writings(explanation.operands);
  const decimals = Math.max(...writings.map((writing) => writing.decimals));
  const sheet = new Sheet(decimals, mostTerms);
  formula.write(sheet, explanation.operands, explanation.machine, writings);
  return sheet;
}
