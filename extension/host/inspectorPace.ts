/**
 * How long a cursor rests before the Inspector follows it. At other times long enough for a key that is held down and short enough to seem at
 * once; while a training computes until somebody pauses, because to read a text takes a core of it for a tenth of a second.
 */
export function followDelayMs(isTraining: boolean): number {
  return isTraining ? 1_000 : 150;
}

/**
 * How long a training's ticks are apart: at most four a second; one while somebody writes, because to draw one takes the page a hundredth of
 * a second, which a completion may wait for.
 */
export function tickDelayMs(isWriting: boolean): number {
  return isWriting ? 1_000 : 250;
}
