import { savedPercent, type Verdict, verdictOf } from '../evaluation/reportVerdict.ts';
import type { StopReason } from '../protocol/prediction.ts';
import type { ReportCard } from '../protocol/reportCard.ts';
import type {
  BeforeAndAfter,
  CorpusSummary,
  FineTuning,
  HeldOutPoint,
  TrainingProgress,
  TrainingReport,
} from '../protocol/training.ts';

const widestBar = 20;
const narrowestBar = 5;

/**
 * One line about a training under way.
 * @param columns begins with a bar, and is shorter where there is not much room; null = no bar, and as long as it needs to be
 */
export function progressLine(
  progress: TrainingProgress,
  heldOut: HeldOutPoint | null,
  columns: number | null,
): string {
  const { step, elapsedSeconds, remainingSeconds, tokensPerSecond, trainBitsPerByte } = progress;
  const share = remainingSeconds === null ? 0 : elapsedSeconds / (elapsedSeconds + remainingSeconds);
  const train = bits(trainBitsPerByte);
  const judged = heldOut === null ? '–' : bits(heldOut.heldOutBitsPerByte);
  const left = `ETA ${remainingSeconds === null ? '–' : duration(remainingSeconds)}`;
  const full = `${Math.floor(100 * share)} %  step ${integer(step)}  ${integer(tokensPerSecond)} tokens/s  train ${train}  held-out ${judged} bits/byte  ${left}`;
  if (columns === null) return full;
  if (columns >= widestBar + 2 + full.length) return `${bar(share, widestBar)}  ${full}`;
  const short = `step ${integer(step)}  ${rounded.format(tokensPerSecond)} tok/s  bits/byte ${train}, held-out ${judged}  ${left}`;
  const room = columns - short.length - 2;
  return room < narrowestBar ? short.slice(0, columns) : `${bar(share, Math.min(room, widestBar))}  ${short}`;
}

const rounded = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

export function corpusLine(corpus: CorpusSummary): string {
  const { trainFiles, heldOutFiles, trainBytes, heldOutBytes, leftOutFiles, leftOutReasons } = corpus;
  const why = leftOutReasons === '' ? '' : ` (${leftOutReasons})`;
  return `${files(trainFiles)} to learn from (${size(trainBytes)}), ${integer(heldOutFiles)} held out (${size(heldOutBytes)}), ${integer(leftOutFiles)} left out${why}`;
}

export function reportLines(report: TrainingReport): string[] {
  const { parameters, preset, steps, tokens, seconds, threads, fractionOfPeak } = report;
  return [
    // Of a lone file a part is held out, and the rest was learnt from.
    `Held-out text   ${bits(report.heldOutBitsPerByte)} bits per byte, text of ${files(report.heldOutFiles)} that was not learnt from`,
    `Training text   ${bits(report.trainBitsPerByte)} bits per byte in the last steps`,
    `Model           ${integer(parameters)} parameters (${preset}), seed ${report.seed}`,
    `Training        ${integer(steps)} steps, ${integer(tokens)} tokens in ${seconds.toFixed(1)} s`,
    `Speed           ${integer(report.tokensPerSecond)} tokens/s on ${threads} thread${threads === 1 ? '' : 's'}, ${(100 * fractionOfPeak).toFixed(0)} % of their SIMD peak`,
    `Memory          ${integer(report.peakRssMb)} MB`,
    `Saved in        ${report.checkpoint}`,
  ];
}

/** Keystrokes saved on held-out files, and plainly who is ahead. @param card null: nobody has asked for it */
export function reportCardLines(card: ReportCard | null): string[] {
  if (card === null) return [];
  const saved = savedPercent(card);
  const { together, counts, words } = saved;
  const verdicts: Readonly<Record<Verdict, string>> = {
    ahead: '',
    behindCounts: '; the training has not paid off yet',
    behindWords: '; word-based suggestions do as well or better here',
  };
  return [
    `Keystrokes      ${together} % saved in text of ${files(card.files)} that was not learnt from; counting alone ${counts} %, word-based suggestions ${words} %${verdicts[verdictOf(saved)]}`,
  ];
}

/** What a fine-tuning did to the bits of either text, and what follows from it. */
export function fineTuningLines({ kept, newText, oldText, newFiles, oldFiles }: FineTuning): string[] {
  const change = ({ before, after }: BeforeAndAfter): string =>
    `${bits(before)} → ${bits(after)} bits per byte (${signedPercent(after / before - 1)})`;
  return [
    `New held-out    ${change(newText)}, after ${files(newFiles)}`,
    `Old held-out    ${change(oldText)}, beside ${files(oldFiles)} repeated`,
    kept
      ? 'Kept            the fine-tuned weights'
      : 'Kept            the old weights: none did better on new text without costing old text more than 2 %',
  ];
}

function signedPercent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} %`;
}

function files(count: number): string {
  return `${integer(count)} file${count === 1 ? '' : 's'}`;
}

export function integer(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function bits(value: number): string {
  return value.toFixed(3);
}

export function percent(probability: number): string {
  return `${(100 * probability).toPrecision(3)} %`;
}

export function size(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** What is said of a completion without text. */
export function nothingLine(stop: StopReason, leastProbability: number): string {
  const reasons: Readonly<Record<StopReason, string>> = {
    lineEnd: 'the line ends here',
    unlikely: `with the next token the probability would be below ${percent(leastProbability)}`,
    limit: 'the tokens at the limit make no whole character',
    cut: 'the time was over before the next token',
  };
  return `(nothing to add: ${reasons[stop]})`;
}
