import type { CorpusSummary, HeldOutPoint, TrainingProgress, TrainingReport } from '../protocol/training.ts';

const barWidth = 20;

/**
 * One line about a training under way.
 * @param columns there is a bar too where it fits in so many; null = no bar, and a line as long as it needs to be
 */
export function progressLine(
  progress: TrainingProgress,
  heldOut: HeldOutPoint | null,
  columns: number | null,
): string {
  const { step, elapsedSeconds, remainingSeconds, tokensPerSecond, trainBitsPerByte } = progress;
  const share = remainingSeconds === null ? null : elapsedSeconds / (elapsedSeconds + remainingSeconds);
  const figures = [
    ...(share === null ? [] : [`${Math.floor(100 * share)} %`]),
    `step ${integer(step)}`,
    `${integer(tokensPerSecond)} tokens/s`,
    `train ${bits(trainBitsPerByte)}`,
    `held-out ${heldOut === null ? '–' : bits(heldOut.heldOutBitsPerByte)} bits/byte`,
    `ETA ${remainingSeconds === null ? '–' : duration(remainingSeconds)}`,
  ].join('  ');
  if (columns === null) return figures;
  const room = columns - figures.length - 2;
  return share === null || room < barWidth ? figures.slice(0, columns) : `${bar(share)}  ${figures}`;
}

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

export function corpusLine(corpus: CorpusSummary): string {
  const { trainFiles, heldOutFiles, trainBytes, heldOutBytes, leftOutFiles } = corpus;
  return `${files(trainFiles)} to learn from (${size(trainBytes)}), ${integer(heldOutFiles)} held out (${size(heldOutBytes)}), ${integer(leftOutFiles)} left out`;
}

export function reportLines(report: TrainingReport): string[] {
  const { parameters, preset, steps, tokens, seconds, threads, fractionOfPeak } = report;
  return [
    `Held-out text   ${bits(report.heldOutBitsPerByte)} bits per byte, ${files(report.heldOutFiles)} the model has never seen`,
    `Training text   ${bits(report.trainBitsPerByte)} bits per byte`,
    `Model           ${integer(parameters)} parameters (${preset}), seed ${report.seed}`,
    `Training        ${integer(steps)} steps, ${integer(tokens)} tokens in ${seconds.toFixed(1)} s`,
    `Speed           ${integer(report.tokensPerSecond)} tokens/s on ${threads} thread${threads === 1 ? '' : 's'}, ${(100 * fractionOfPeak).toFixed(0)} % of their SIMD peak`,
    `Memory          ${integer(report.peakRssMb)} MB`,
    `Saved in        ${report.checkpoint}`,
  ];
}

function files(count: number): string {
  return `${integer(count)} file${count === 1 ? '' : 's'}`;
}

function integer(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function bits(value: number): string {
  return value.toFixed(3);
}

export function percent(probability: number): string {
  return `${(100 * probability).toPrecision(3)} %`;
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
