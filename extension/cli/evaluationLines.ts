import type { CallScores } from '../evaluation/calls.ts';
import type { EvaluationReport, Row } from '../evaluation/report.ts';

/** The report for people: a table with a line for each predictor and time, and what it is to be compared with. */
export function evaluationLines(report: EvaluationReport): string[] {
  const { folder, split, protocol, seed, threads, training } = report;
  return [
    `${folder}: learnt from ${kilobytes(report.trainBytes)}, judged by ${kilobytes(report.heldOutBytes)} in ${report.heldOutFiles.length} ${report.heldOutFiles.length === 1 ? 'file' : 'files'} (${kept[split]}), ${report.nearDuplicates} near-duplicates dropped`,
    `Protocol ${protocol}, seed ${seed}, ${threads} thread${threads === 1 ? '' : 's'}, peak memory ${report.peakRssMb.toFixed(0)} MB`,
    ...(training === null
      ? []
      : [
          `Transformer: ${training.parameters.toLocaleString('en-US')} parameters, ${training.steps.toLocaleString('en-US')} steps, ${training.tokens.toLocaleString('en-US')} tokens in ${training.seconds.toFixed(1)} s`,
        ]),
    '',
    ...aligned([heading, ...report.rows.map((row) => rowCells(row, report))]),
    '',
    ...compressorLines(report),
    ...callLines(report),
    ...roundTripLines(report.rows),
  ];
}

const kept = {
  files: 'files kept apart',
  folders: 'folders kept apart',
  commits: 'lines that the last commits added',
} as const;

function callLines({ calls }: EvaluationReport): string[] {
  if (calls === null) return [];
  const line = (what: string, { places, without, withCalls, asked, told }: CallScores): string =>
    `${what}: of ${places} first uses ${share(without)} are right, with function calls ${share(withCalls)} (asked at ${share(asked)}, told the name at ${share(told)})`;
  return [
    line('Names', calls.all),
    line('Names from elsewhere', calls.elsewhere),
    line('Names from elsewhere that no training text has', calls.unseen),
    `Asked for a name that the text has already: ${share(calls.needless)}`,
  ];
}

const heading = [
  'predictor',
  'at s',
  'bits/byte',
  '÷ zpaq',
  '÷ as text',
  'top-1',
  'top-5',
  'MRR@10',
  'ident top-1',
  'first',
  'again',
  'line exact',
  'similar',
  'keys saved',
  'accepted',
  'wrong/1000',
  'ECE',
];

function rowCells(row: Row, report: EvaluationReport): string[] {
  const { details } = row;
  return [
    nameOf(row, report),
    row.atSeconds.toFixed(1),
    row.bitsPerByte.toFixed(3),
    ratioTo('zpaq5', row, report),
    ratioTo('zpaq5text', row, report),
    share(row.top1),
    share(row.top5),
    share(row.mrr),
    share(row.identTop1),
    share(details.identifierFirstUses.top1),
    share(details.identifierRepeats.top1),
    share(row.lineExact),
    share(details.lines.all.similarity),
    share(row.ksr),
    share(row.acceptance),
    row.wrongPer1000.toFixed(1),
    share(row.ece),
  ];
}

/** A predictor with the base has a row before any training, one when its trust is learnt here, and one when the base has learnt the text. */
function nameOf({ predictor, details: { stage } }: Row, { rows }: EvaluationReport): string {
  const hasBase = rows.some(({ details }) => details.stage === 'base');
  return hasBase && stage !== 'index' ? `${predictor}: ${withBase[stage]}` : predictor;
}

const withBase = {
  base: 'base, no training',
  weighed: 'base, trust learnt here',
  trained: 'base, fine-tuned',
} as const;

/** Over the files that the compressor was given. */
function ratioTo(name: string, { details }: Row, { compressors, heldOutFiles }: EvaluationReport): string {
  const zpaq = compressors[name];
  if (zpaq === undefined) return '–';
  const bits = heldOutFiles
    .slice(0, zpaq.texts)
    .reduce((sum, { bytes }, i) => sum + bytes * details.fileBitsPerByte[i]!, 0);
  return (bits / zpaq.bytes / zpaq.bitsPerByte).toFixed(3);
}

function compressorLines({ compressors, heldOutFiles }: EvaluationReport): string[] {
  const found = Object.entries(compressors);
  if (found.length === 0) return ['No compressor to compare with (zpaq, xz, zstd) is installed.'];
  return found.map(([name, { bitsPerByte, texts }]) => {
    const part = texts < heldOutFiles.length ? `, of ${texts} of the files` : '';
    return `${name.padEnd(9)} ${bitsPerByte.toFixed(3)} bits per byte, knowing the training text${part}`;
  });
}

function roundTripLines(rows: readonly Row[]): string[] {
  return rows.flatMap(({ predictor, details: { roundTrip } }) => {
    if (roundTrip === null) return [];
    const { texts, bytes, codedBits, scoredBits, mostDeviation } = roundTrip;
    const percent = (100 * (codedBits / scoredBits - 1)).toFixed(3);
    return [
      `${predictor}: ${texts} files, ${bytes} bytes, coded and decoded byte for byte; the code is ${percent} % longer than the score says; |Σ P − 1| ≤ ${mostDeviation.toExponential(1)}`,
    ];
  });
}

/** The first column to the left, numbers to the right. */
function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
}

function share(value: number): string {
  return value.toFixed(3);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(0)} kB`;
}
