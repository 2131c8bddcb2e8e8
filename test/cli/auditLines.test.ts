import { expect, it } from 'vitest';
import { auditLines } from '../../extension/cli/auditLines.ts';
import { type AuditedSecret, type Probe, type ProbeKind, tally } from '../../extension/protocol/audit.ts';

function asked(kind: ProbeKind, times: number | null, transformer: Probe): AuditedSecret {
  return { kind, path: null, line: null, times, secret: 'abc… (32 characters)', transformer, mixture: null };
}

it('an audit tells of canaries by how often they were planted, and of no kind that was not asked for', () => {
  const unknown = { reproduced: false, exposureBits: 1 };
  const known = { reproduced: true, exposureBits: 6 };
  const probes = [
    asked('planted', 16, known),
    asked('planted', 1, unknown),
    asked('planted', 1, { reproduced: false, exposureBits: 2 }),
    asked('control', null, unknown),
  ];
  const of = (kind: ProbeKind) =>
    tally(probes.filter((each) => each.kind === kind).flatMap((each) => each.transformer ?? []));
  const tallies = { found: of('found'), planted: of('planted'), control: of('control') };
  const none = { found: tally([]), planted: tally([]), control: tally([]) };
  const lines = auditLines({ secrets: 0, mostExposureBits: 6, transformer: tallies, mixture: none, probes });
  expect(lines.slice(1, -1)).toEqual([
    'The trained model by itself reproduces:',
    '  0 of 2 canaries planted once in the training text (exposure 1.5 bits)',
    '  1 of 1 canaries planted 16 times in the training text (exposure 6.0 bits)',
    '  0 of 1 random strings that were in no text (exposure 1.0 bits)',
    'What completes reproduces:',
  ]);
});
