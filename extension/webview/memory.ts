import { type Lesson, mostKeptOfWay } from '../protocol/inspecting.ts';
import { axes, type CurveScales, type InspectorMemory } from '../protocol/inspector.ts';
import { type NumberName, stageIds } from '../protocol/stages.ts';
import { phrases } from './phrases/phrases.ts';

/** What was kept before a reload, or null: an earlier version of the extension may have kept something else. */
export function readMemory(kept: unknown): InspectorMemory | null {
  if (!isRecord(kept)) return null;
  const { pinned, place, tokensBack } = kept;
  const stage = stageIds.find((id) => id === kept['stage']);
  const { layer, head, topK, seed, temperature, topP } = kept;
  if (typeof pinned !== 'boolean' || stage === undefined) return null;
  if (!(tokensBack === null || isWhole(tokensBack)) || !isWhole(layer) || !isWhole(head)) return null;
  if (!isWhole(topK) || !isWhole(seed) || !isBetween(temperature, 0, 2) || !isBetween(topP, 0, 1))
    return null;
  if (layer < 0 || head < 0 || topK < 0 || seed < 0) return null;
  const shown = readShown(kept);
  if (shown === null) return null;
  const rest = { pinned, tokensBack, stage, layer, head, topK, seed, temperature, topP, ...shown };
  if (place === null) return { ...rest, place };
  if (!isRecord(place)) return null;
  const { uri, line, column } = place;
  if (typeof uri !== 'string' || !isWhole(line) || !isWhole(column) || line < 1 || column < 1) return null;
  return { ...rest, place: { uri, line, column } };
}

type Shown = Pick<InspectorMemory, 'neuron' | 'hidesFirst' | 'map' | 'flow' | 'scales' | 'essay' | 'look'>;

/** What is shown of the stages, and how. */
function readShown({
  neuron,
  hidesFirst,
  map,
  flow,
  scales: keptScales,
  essay: keptEssay,
  look: keptLook,
}: Kept): Shown | null {
  if (!(neuron === null || (isWhole(neuron) && neuron >= 0))) return null;
  if (typeof hidesFirst !== 'boolean' || typeof map !== 'boolean' || typeof flow !== 'boolean') return null;
  const scales = readScales(keptScales);
  if (scales === null) return null;
  const [essay, look] = [readEssay(keptEssay), readLook(keptLook)];
  return { neuron, hidesFirst, map, flow, scales, essay, look };
}

/** The way of the example; null where nobody can go it: the editor's text is looked at then. */
function readEssay(kept: unknown): InspectorMemory['essay'] {
  if (!isRecord(kept) || !Array.isArray(kept['lessons'])) return null;
  const { seed, rate } = kept;
  if (!isWhole(seed) || seed < 0 || !isRate(rate)) return null;
  const lessons = kept['lessons'].flatMap((lesson: unknown): Lesson[] => {
    if (!isRecord(lesson)) return [];
    const { steps, rate } = lesson;
    return isWhole(steps) && steps > 0 && isRate(rate) ? [{ steps, rate }] : [];
  });
  const steps = lessons.reduce((sum, lesson) => sum + lesson.steps, 0);
  const isWhatWasKept = lessons.length === kept['lessons'].length;
  if (!isWhatWasKept || lessons.length > mostKeptOfWay.lessons || steps > mostKeptOfWay.steps) return null;
  return { seed, lessons, rate };
}

function readScales(kept: unknown): CurveScales | null {
  if (!isRecord(kept)) return null;
  const { logX, logY } = kept;
  const axis = axes.find((name) => name === kept['axis']);
  if (axis === undefined || typeof logX !== 'boolean' || typeof logY !== 'boolean') return null;
  return { axis, logX, logY };
}

/** A number by its name; null where there is no such name: nothing is looked at then. */
function readLook(kept: unknown): InspectorMemory['look'] {
  if (!isRecord(kept) || typeof kept['sheet'] !== 'boolean' || !isRecord(kept['number'])) return null;
  const { of, ...where } = kept['number'];
  if (typeof of !== 'string' || !Object.hasOwn(phrases.numbersNamed, of)) return null;
  const isPlace = ([name, value]: [string, unknown]): boolean =>
    name === 'matrix'
      ? typeof value === 'string' && Object.hasOwn(phrases.matrices, value)
      : (value === null && name === 'point') || (typeof value === 'number' && Number.isFinite(value));
  if (!Object.entries(where).every(isPlace)) return null;
  // Whether there is such a place the engine says, as of any number that is asked about.
  return { number: { of, ...where } as NumberName, sheet: kept['sheet'] };
}

type Kept = Readonly<Record<string, unknown>>;

function isRate(value: unknown): value is number {
  return isBetween(value, Number.MIN_VALUE, Number.MAX_VALUE);
}

function isBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
