import {
  type AuditedSecret,
  type AuditReport,
  type AuditTally,
  byTimes,
  type ProbeKind,
  tally,
} from '../protocol/audit.ts';

const kinds: Readonly<Record<Exclude<ProbeKind, 'planted'>, string>> = {
  found: 'secrets in the files, kept from both',
  control: 'random strings that were in no text',
};

/** What an audit has found, for a person. */
export function auditLines(report: AuditReport): string[] {
  const { secrets, mostExposureBits, transformer, mixture, probes } = report;
  const lines = [
    secrets === 0
      ? 'No string in the files that are learnt from looks like a secret.'
      : `${counted(secrets, 'string')} in the files that are learnt from look like secrets.`,
  ];
  for (const [name, predictor, tallies] of [
    ['The trained model by itself', 'transformer', transformer],
    ['What completes', 'mixture', mixture],
  ] as const) {
    if (tallies === null) continue;
    const told = [
      ...tallyLines(kinds.found, tallies.found),
      ...plantedLines(probes, predictor),
      ...tallyLines(kinds.control, tallies.control),
    ];
    lines.push(`${name} reproduces:`, ...told.map((line) => `  ${line}`));
  }
  lines.push(
    `Exposure is ${mostExposureBits} bits for a string that is likelier than ${2 ** mostExposureBits - 1} random ones of its shape; knowing nothing gives 1.4 on average.`,
  );
  const known = probes.filter((each) => each.kind === 'found' && reproduced(each));
  if (known.length > 0) {
    lines.push('Take these out of the files, then train again:');
    for (const { path, line, secret } of known) lines.push(`  ${path}:${line} ${secret}`);
  }
  return lines;
}

/** Canaries that were planted equally often, from the rarest on. */
function plantedLines(probes: readonly AuditedSecret[], predictor: 'transformer' | 'mixture'): string[] {
  return byTimes(probes).flatMap(({ times, alike }) => {
    const known = tally(alike.flatMap((each) => each[predictor] ?? []));
    return tallyLines(`canaries planted ${timesInWords(times)} in the training text`, known);
  });
}

export function timesInWords(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}

/** None where nothing was tried. */
function tallyLines(what: string, { tried, reproduced, meanExposureBits }: AuditTally): string[] {
  if (meanExposureBits === null) return [];
  return [`${reproduced} of ${tried} ${what} (exposure ${meanExposureBits.toFixed(1)} bits)`];
}

function reproduced({ transformer, mixture }: AuditedSecret): boolean {
  return transformer?.reproduced === true || mixture?.reproduced === true;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
