import type { JSX } from 'preact';
import { type Color, colorOf, useDrawing } from './drawing.ts';

interface HeatmapProps {
  /** u8[size, size]: 0 … 255 */
  readonly cells: Uint8Array;
  readonly size: number;
  /** side on the screen, pixels */
  readonly side: number;
  readonly row?: number;
  readonly column?: number | null;
}

/** A picture of shares in the theme's colours: 0 is the background, 1 the full colour. What it stands in says what it shows. */
export function Heatmap({ cells, size, side, row, column }: HeatmapProps): JSX.Element {
  const canvas = useDrawing(
    (canvas) => paint(canvas, { cells, size, row, column: column ?? undefined }),
    [cells, size, row, column],
  );
  return (
    <canvas
      ref={canvas}
      class="heatmap"
      width={size}
      height={size}
      aria-hidden
      style={{ inlineSize: `${side}px`, blockSize: `${side}px` }}
    />
  );
}

interface Picture {
  readonly cells: Uint8Array;
  readonly size: number;
  readonly row: number | undefined;
  readonly column: number | undefined;
}

function paint(canvas: HTMLCanvasElement, { cells, size, row, column }: Picture): void {
  const context = canvas.getContext('2d')!;
  const [ground, full, chosen] = ['--ground', '--positive', '--chosen'].map((name) => colorOf(canvas, name));
  const [plain, crossed] = [pixelsOf(ground!, full!, null), pixelsOf(ground!, full!, chosen!)];
  const picture = context.createImageData(size, size);
  const pixels = new Uint32Array(picture.data.buffer);
  const hasLines = size > 8;
  for (let y = 0, at = 0; y < size; y++) {
    const ofRow = hasLines && y === row ? crossed : plain;
    for (let x = 0; x < size; x++, at++) pixels[at] = ofRow[cells[at]!]!;
  }
  if (hasLines && column !== undefined) {
    for (let at = column; at < size * size; at += size) pixels[at] = crossed[cells[at]!]!;
  }
  context.putImageData(picture, 0, 0);
}

/** The pixel of each of the 256 shares, red first; on a line that is pointed out small ones have some of its colour. */
function pixelsOf(ground: Color, full: Color, line: Color | null): Uint32Array {
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let cell = 0; cell < 256; cell++) {
    // Small shares would not be seen: the square root spreads them.
    const share = Math.sqrt(cell / 255);
    for (let channel = 0; channel < 3; channel++) {
      const mixed = ground[channel]! + share * (full[channel]! - ground[channel]!);
      bytes[4 * cell + channel] =
        line === null || share >= 0.25 ? mixed : 0.75 * mixed + 0.25 * line[channel]!;
    }
    bytes[4 * cell + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}
