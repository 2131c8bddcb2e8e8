/**
 * Redoes a sheet from its text alone, as somebody with a calculator would: nothing of the extension's arithmetic is used. Decimal numbers
 * are whole units of 10⁻⁴⁰.
 */
const scale = 40;
const one = 10n ** BigInt(scale);

export interface RedoneResult {
  readonly name: string;
  readonly shown: string;
  readonly machine: number;
  readonly difference: number;
  readonly bound: number;
}

/** @throws where a line does not follow from what it says it is made of */
export function redo(text: string): RedoneResult[] {
  let group = 0n;
  let all = 0n;
  const results: RedoneResult[] = [];
  for (const line of text.split('\n')) {
    const end = /^(.+): (\S+) from the numbers shown, (\S+) in the machine, differs (\S+), bound (\S+)$/.exec(
      line,
    );
    if (end !== null) {
      const [, name, shown, machine, difference, bound] = end;
      results.push({
        name: name!,
        shown: shown!,
        machine: Number(machine),
        difference: Number(difference),
        bound: Number(bound),
      });
      continue;
    }
    const parts = line.split(' = ');
    const value = parts.at(-1)!;
    const shown = parse(value);
    if (line.startsWith('subtotal: ')) {
      expectShown(line, group, value);
      group = 0n;
    } else if (line.startsWith('total: ')) {
      expectShown(line, all, value);
      all = 0n;
      group = 0n;
    } else {
      if (parts.length === 3) expectShown(line, evaluate(parts[1]!), value);
      const isTerm = /[₀-₉]/.test(parts[0]!) || parts[0]!.startsWith('given: ');
      if (isTerm) all += shown;
      if (isTerm && !parts[0]!.startsWith('given: ')) group += shown;
    }
  }
  return results;
}

function expectShown(line: string, units: bigint, shown: string): void {
  const decimals = shown.split('.')[1]?.length ?? 0;
  const step = 10n ** BigInt(scale - decimals);
  const size = units < 0n ? -units : units;
  const rounded = ((2n * size + step) / (2n * step)) * step;
  const expected = units < 0n ? -rounded : rounded;
  if (expected !== parse(shown)) throw new Error(`${line}: ${String(expected)} expected`);
}

function parse(shown: string): bigint {
  const match = /^(−?)(\d+)(?:\.(\d+))?$/.exec(shown);
  if (match === null) throw new Error(`${shown} is no number`);
  const units = BigInt(match[2]!) * one + BigInt((match[3] ?? '').padEnd(scale, '0'));
  return match[1] === '−' ? -units : units;
}

/** Numbers, + − × ÷ from left to right by precedence, brackets, √, e^, −ln, max(0, x). */
function evaluate(source: string): bigint {
  let at = 0;
  const skip = (): void => {
    while (source[at] === ' ') at++;
  };
  const take = (text: string): boolean => {
    skip();
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const atom = (): bigint => {
    if (take('max(0, ')) {
      const inner = sum();
      take(')');
      return inner > 0n ? inner : 0n;
    }
    if (take('e^')) return approximately(Math.exp(Number(atom()) / Number(one)));
    if (take('√')) return approximately(Math.sqrt(Number(atom()) / Number(one)));
    if (take('−ln ')) return approximately(-Math.log(Number(atom()) / Number(one)));
    if (take('(')) {
      const inner = sum();
      if (!take(')')) throw new Error(`${source}: a bracket is open`);
      return inner;
    }
    skip();
    const match = /^−?\d+(?:\.\d+)?/.exec(source.slice(at));
    if (match === null) throw new Error(`${source}: a number expected at ${at}`);
    at += match[0].length;
    return parse(match[0]);
  };
  const product = (): bigint => {
    let value = atom();
    for (;;) {
      if (take('× ')) value = (value * atom()) / one;
      else if (take('÷ ')) value = (value * one) / atom();
      else return value;
    }
  };
  const sum = (): bigint => {
    let value = product();
    for (;;) {
      if (take('+ ')) value += product();
      else if (take('− ')) value -= product();
      else return value;
    }
  };
  const value = sum();
  skip();
  if (at < source.length) throw new Error(`${source}: not understood from ${at}`);
  return value;
}

function approximately(value: number): bigint {
  return BigInt(Math.round(value * 1e15)) * 10n ** BigInt(scale - 15);
}
