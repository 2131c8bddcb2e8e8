import { decimalsFor } from '../arithmetic/figure.ts';
import { symbolsOf } from '../arithmetic/formulas.ts';
import type { FormulaKind } from '../protocol/explanation.ts';
import type { NumberTable, PassStep, WholePass } from '../protocol/wholePass.ts';
import { decimal } from './figures.ts';
import type { Phrases } from './phrases/phrases.ts';
import { escaped, printedPage } from './printedPage.ts';

/** How each step is computed from those before it. */
const symbols: Readonly<Record<PassStep['name'], readonly FormulaKind[]>> = {
  embedding: [],
  inputNorm: ['norm'],
  queryKeyValue: ['dot'],
  rotation: ['rotation'],
  shares: ['score', 'softmax'],
  attention: ['dot'],
  middle: ['dot', 'sum'],
  middleNorm: ['norm'],
  up: ['dot'],
  activated: ['activation'],
  output: ['dot', 'sum'],
  finalNorm: ['norm'],
  logits: ['dot'],
};

interface PassWords {
  /** what is to be computed is left out */
  readonly isBlank: boolean;
  /** of the page's language */
  readonly phrases: Phrases;
  /** a token in words */
  readonly nameOf: (bytes: string) => string;
}

/**
 * A whole pass for paper: the weights, every step from the tokens to the loss, and the step down its gradients. Rows of a step are tokens,
 * the last one the chosen one; rows of a matrix are the numbers that it makes.
 */
export function printedPass(pass: WholePass, { isBlank, phrases, nameOf }: PassWords): string {
  const { tokens, vocabulary, heads, next, loss, gradients, rate } = pass;
  const names = tokens.map(({ id, bytes }) => `${nameOf(bytes)} (${id})`);
  const rowNames = ({ name, rows }: PassStep): string[] => {
    if (name === 'logits') return [nameOf(tokens.at(-1)!.bytes)];
    if (name !== 'shares') return names.slice(-rows);
    const of = names.slice(-rows / heads);
    return of.flatMap((token) => Array.from({ length: heads }, (_, head) => `${token} · ${head + 1}`));
  };
  const steps = pass.steps.map((step) => {
    const { name, layer } = step;
    const title = name === 'shares' ? phrases.passShares : phrases.operations[name];
    const heading = layer === null ? title : `${title} (${phrases.passLayer(layer + 1)})`;
    const formulas = symbols[name].map(symbolsOf).join('  |  ');
    // Found by the token's ID, not computed.
    const isGiven = name === 'embedding';
    return table(
      { id: `${name}-${layer ?? ''}`, heading, formulas },
      step,
      rowNames(step),
      isBlank && !isGiven,
    );
  });
  const ids = vocabulary.map(({ id, bytes }) => `${id} ${nameOf(bytes)}`);
  const column = (values: readonly number[]): NumberTable => ({ rows: values.length, columns: 1, values });
  const result = loss === null || isBlank ? '' : ` = ${decimal(loss, 4)}`;
  const after = gradients.map(({ name, ...gradient }) =>
    table(
      { id: `gradient-${name}`, heading: `${phrases.passGradient} ${name}`, formulas: '' },
      gradient,
      null,
      false,
    ),
  );
  return printedPage(phrases.passHeading, phrases.language, [
    `<p>${escaped(phrases.passHint(names.length))}</p>`,
    `<p>${names.map(escaped).join(' · ')}${next === null ? '' : ` → ${escaped(`${nameOf(next.bytes)} (${next.id})`)}`}</p>`,
    `<h2>${escaped(phrases.passWeights)}</h2>`,
    `<p>ε = ${pass.epsilon}</p>`,
    ...pass.weights.map(({ name, ...weight }) =>
      table({ id: name, heading: name, formulas: '' }, weight, name.includes('embed') ? ids : null, false),
    ),
    table({ id: 'cos', heading: 'cos α', formulas: '' }, pass.cos, names, false),
    table({ id: 'sin', heading: 'sin α', formulas: '' }, pass.sin, names, false),
    `<h2>${escaped(phrases.passSteps)}</h2>`,
    ...steps,
    table(
      { id: 'probabilities', heading: phrases.probability, formulas: symbolsOf('softmax') },
      column(pass.probabilities),
      ids,
      isBlank,
    ),
    ...(next === null ? [] : [`<p id="loss">−ln p(${escaped(nameOf(next.bytes))})${result}</p>`]),
    ...(after.length === 0
      ? []
      : [`<h2>${escaped(phrases.passStep)}</h2><p>${escaped(`${symbolsOf('descent')}, η = ${rate}`)}</p>`]),
    ...after,
  ]);
}

interface Caption {
  readonly id: string;
  readonly heading: string;
  readonly formulas: string;
}

function table(
  { id, heading, formulas }: Caption,
  { rows, columns, values }: NumberTable,
  names: readonly string[] | null,
  isBlank: boolean,
): string {
  const decimals = decimalsFor(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  let at = 0;
  const lines = Array.from({ length: rows }, (_, row) => {
    // Earlier tokens look at fewer.
    const width = values.length === rows * columns ? columns : columns - (rows - 1 - row);
    const cells = values.slice(at, (at += width));
    const shown = cells.map((value) => `<td>${isBlank ? '' : decimal(value, decimals)}</td>`).join('');
    return `<tr><th>${escaped(names?.[row] ?? String(row + 1))}</th>${shown}</tr>`;
  });
  const caption = formulas === '' ? heading : `${heading}: ${formulas}`;
  return `<table data-table="${escaped(id)}"><caption>${escaped(caption)}</caption>${lines.join('\n')}</table>`;
}
