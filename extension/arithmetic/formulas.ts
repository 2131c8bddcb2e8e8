import type { Explanation, FormulaKind, Operands } from '../protocol/explanation.ts';
import { sixDecimals, writeAdamW, writeMuon } from './optimizerSheet.ts';
import { decimalsFor, type Figure, Sheet } from './sheet.ts';

interface Formula<Kind extends FormulaKind> {
  /** as it is written in general */
  readonly symbols: string;
  /** the numbers that decide how many decimals are shown */
  scale(operands: Operands[Kind]): readonly number[];
  /** of numbers that have always as many */
  readonly decimals?: number;
  write(sheet: Sheet, operands: Operands[Kind], machine: readonly number[]): void;
}

/** Every formula of the Inspector: general form, and how it is computed on paper from what is shown. */
const formulas: { readonly [Kind in FormulaKind]: Formula<Kind> } = {
  dot: {
    symbols: 'a · b = a₁ × b₁ + a₂ × b₂ + …',
    scale: ({ a, b }) => [...a, ...b],
    write(sheet, { a, b }, [product]) {
      sheet.result('a · b', sheet.dot('a · b', ['a', 'b'], a, b), product!);
    },
  },
  score: {
    symbols: 'q · k ÷ √d',
    scale: ({ q, k }) => [...q, ...k],
    write(sheet, { q, k }, [product, score]) {
      const dot = sheet.dot('q · k', ['q', 'k'], q, k);
      const root = sheet.squareRoot('√d', sheet.exact('d', q.length, 0));
      sheet.result('q · k', dot, product!);
      sheet.result('q · k ÷ √d', sheet.divided('q · k ÷ √d', dot, root), score!);
    },
  },
  rotation: {
    symbols: 'x × cos α − y × sin α  |  y × cos α + x × sin α',
    scale: ({ x, y }) => [x, y],
    write(sheet, { x, y, cos, sin, part }, [rotated]) {
      const [a, b] = [sheet.given('x', x), sheet.given('y', y)];
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
    scale: () => [1],
    write(sheet, { scores, index, temperature, rest }, [share]) {
      const most = sheet.given('m', Math.max(...scores));
      const T = temperature === 1 ? null : sheet.exact('T', temperature, 2);
      const { sum, kept } = sheet.exponentials('Σ', 'z', scores, most, T, rest, index);
      sheet.result('p', sheet.divided('p', kept, sum, sheet.decimals + 2), share!);
    },
  },
  norm: {
    symbols: 'x ÷ √(Σ xᵢ² ÷ n + ε) × w',
    scale: ({ x }) => x,
    write(sheet, { x, index, weight, epsilon }, [normal]) {
      const squares = sheet.squares('Σ x²', 'x', x);
      const mean = sheet.divided('Σ x² ÷ n', squares, sheet.exact('n', x.length, 0), sheet.decimals + 2);
      const root = sheet.squareRoot(
        '√',
        sheet.plus('+ ε', mean, sheet.exact('ε', epsilon, sheet.decimals + 2)),
      );
      const ratio = sheet.divided('x ÷ √', sheet.given('x', x[index]!), root);
      sheet.result('x ÷ √ × w', sheet.times('× w', ratio, sheet.given('w', weight)), normal!);
    },
  },
  activation: {
    symbols: 'max(0, x)²',
    scale: ({ x }) => [x],
    write(sheet, { x }, [activated]) {
      const positive = sheet.positive('max(0, x)', sheet.given('x', x));
      sheet.result('max(0, x)²', sheet.times('max(0, x)²', positive, positive), activated!);
    },
  },
  sum: {
    symbols: 'a + b',
    scale: ({ a, b }) => [a, b],
    write(sheet, { a, b }, [total]) {
      sheet.result('a + b', sheet.plus('a + b', sheet.given('a', a), sheet.given('b', b)), total!);
    },
  },
  loss: {
    symbols: '−ln p',
    scale: ({ p }) => [p],
    write(sheet, { p }, [nats, bits]) {
      const loss = sheet.surprise('−ln p', sheet.given('p', p));
      sheet.result('−ln p', loss, nats!);
      const ln2 = sheet.given('ln 2', Math.LN2);
      sheet.result('−log₂ p', sheet.divided('−log₂ p', loss, ln2), bits!);
    },
  },
  entropy: {
    symbols: 'H = Σ pᵢ × −log₂ pᵢ',
    scale: () => [1],
    write(sheet, { p, rest }, [bits]) {
      sheet.result('H', sheet.entropy('H', p, rest), bits!);
    },
  },
  error: {
    symbols: 'p − 1  |  p − 0',
    scale: ({ p }) => [p],
    write(sheet, { p, came }, [error]) {
      const figure = sheet.given('p', p);
      sheet.result('p − y', sheet.minus('p − y', figure, sheet.exact('y', came ? 1 : 0, 0)), error!);
    },
  },
  descent: {
    symbols: 'w − η × g',
    scale: ({ g }) => [g],
    write(sheet, { w, g, rate }, [after]) {
      const [weight, gradient] = [sheet.given('w', w), sheet.given('g', g)];
      const nudge = sheet.times('η × g', gradient, sheet.exact('η', rate, 4));
      sheet.result('w − η × g', sheet.minus('w − η × g', weight, nudge), after!);
    },
  },
  adamw: {
    symbols: 'w − η × (m ÷ (1 − β₁ᵗ) ÷ (√(v ÷ (1 − β₂ᵗ)) + ε) + λ × w)',
    scale: () => sixDecimals,
    write: writeAdamW,
  },
  muon: {
    symbols: 'w − η × (s × o + λ × w)',
    scale: () => sixDecimals,
    write: writeMuon,
  },
  cosine: {
    symbols: 'a · b ÷ (|a| × |b|)',
    scale: ({ a, b }) => [...a, ...b],
    write(sheet, { a, b }, [product, cosine]) {
      const dot = sheet.dot('a · b', ['a', 'b'], a, b);
      const lengthOf = (name: string, values: readonly number[]): Figure =>
        sheet.squareRoot(`|${name}|`, sheet.squares(`Σ ${name}²`, name, values));
      const lengths = sheet.times('|a| × |b|', lengthOf('a', a), lengthOf('b', b));
      sheet.result('a · b', dot, product!);
      sheet.result('cos', sheet.divided('a · b ÷ (|a| × |b|)', dot, lengths), cosine!);
    },
  },
  share: {
    symbols: 'n ÷ N  |  (Σ n before + n) ÷ N',
    scale: () => [1],
    write(sheet, { before, count, total }, [share, running]) {
      const all = sheet.exact('N', total, 0);
      const own = sheet.exact('n', count, 0);
      sheet.result('n ÷ N', sheet.divided('n ÷ N', own, all, sheet.decimals + 2), share!);
      const sum = sheet.plus('Σ n', sheet.exact('Σ n before', before, 0), own);
      sheet.result('Σ n ÷ N', sheet.divided('Σ n ÷ N', sum, all, sheet.decimals + 2), running!);
    },
  },
  mergeCount: {
    symbols: 'n = k₁ × n₁ + k₂ × n₂ + …',
    scale: () => [],
    decimals: 0,
    write(sheet, { tokens, times, counts, rest }, [total]) {
      const terms = tokens.map((name, i) => ({ name, a: times[i]!, b: counts[i]! }));
      sheet.result('n', sheet.wholeProducts('n', terms, rest), total!);
    },
  },
  interval: {
    symbols: 'Σ p before … Σ p before + p',
    scale: () => [1],
    write(sheet, { before, rest, p }, [from, to]) {
      const start = sheet.sum('Σ p', 'p', before, rest);
      sheet.result('from', start, from!);
      sheet.result('to', sheet.plus('Σ p + p', start, sheet.given('p', p)), to!);
    },
  },
};

/** How a formula is written in general. */
export function symbolsOf(kind: FormulaKind): string {
  return formulas[kind].symbols;
}

/** The calculation on paper. @param mostTerms of a sum that are written out; the rest is given */
export function sheetOf(explanation: Explanation, mostTerms = Infinity): Sheet {
  // One kind at a time: the compiler does not follow a union through a table.
  const formula = formulas[explanation.formula] as Formula<FormulaKind>;
  const decimals = formula.decimals ?? decimalsFor(formula.scale(explanation.operands));
  const sheet = new Sheet(decimals, mostTerms);
  formula.write(sheet, explanation.operands, explanation.machine);
  return sheet;
}
