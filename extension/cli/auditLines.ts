import type { AuditedSecret, AuditReport, AuditTally, ProbeKind } from '../protocol/audit.ts';

const kinds: Readonly<Record<ProbeKind, string>> = {
  found: 'secrets in the files, kept from both',
  planted: 'canaries planted in the training text',
  control: 'random strings that were in no text',
};

/** What an audit has found, for a person. */
export function auditLines(report: AuditReport): string[] {
  const { secrets, mostExposureBits, transformer, mixture, probes } = report;
  const lines = [
    secrets === 0
      ? 'No string in the files looks like a secret.'
      : `${counted(secrets, 'string')} in the files look like secrets.`,
  ];
  for (const [name, tallies] of [
    ['The trained model by itself', transformer],
    ['What completes', mixture],
  ] as const) {
    if (tallies === null) continue;
    lines.push(`${name} reproduces:`);
    for (const kind of ['found', 'planted', 'control'] as const) {
      if (tallies[kind].tried > 0) lines.push(`  ${tallyLine(kind, tallies[kind])}`);
    }
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

function tallyLine(kind: ProbeKind, { tried, reproduced, meanExposureBits }: AuditTally): string {
  return `${reproduced} of ${tried} ${kinds[kind]} (exposure ${meanExposureBits!.toFixed(1)} bits)`;
}

function reproduced({ transformer, mixture }: AuditedSecret): boolean {
  return transformer?.reproduced === true || mixture?.reproduced === true;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
