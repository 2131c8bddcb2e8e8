import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface HeatmapProps {
  /** u8[size, size]: 0 … 255 */
  readonly cells: Uint8Array;
  readonly size: number;
  /** absent: what it stands in says it */
  readonly label?: string;
  /** side on the screen, pixels */
  readonly side: number;
  readonly row?: number;
  readonly column?: number | null;
  readonly onChoose?: (row: number, column: number) => void;
}

/** A picture of shares in the theme's colours: 0 is the background, 1 the full colour. */
export function Heatmap({ cells, size, label, side, row, column, onChoose }: HeatmapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => paint(canvas.current!, { cells, size, row, column: column ?? undefined });
    draw();
    // A canvas does not restyle itself; the editor announces a new theme by these attributes.
    const themes = new MutationObserver(draw);
    themes.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    return () => themes.disconnect();
  }, [cells, size, row, column]);
  const choose = (event: MouseEvent): void => {
    const frame = canvas.current!.getBoundingClientRect();
    const at = (offset: number, length: number): number =>
      Math.min(size - 1, Math.max(0, Math.floor((offset / length) * size)));
    onChoose?.(at(event.clientY - frame.top, frame.height), at(event.clientX - frame.left, frame.width));
  };
  return (
    <canvas
      ref={canvas}
      class="heatmap"
      width={size}
      height={size}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      style={{ inlineSize: `${side}px`, blockSize: `${side}px` }}
      onClick={choose}
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
  const picture = context.createImageData(size, size);
  for (let i = 0; i < size * size; i++) {
    const [y, x] = [Math.floor(i / size), i % size];
    // Small shares would not be seen: the square root spreads them.
    const share = Math.sqrt(cells[i]! / 255);
    const line = size > 8 && (y === row || x === column) && share < 0.25 ? chosen! : null;
    for (let channel = 0; channel < 3; channel++) {
      const mixed = ground![channel]! + share * (full![channel]! - ground![channel]!);
      picture.data[4 * i + channel] = line === null ? mixed : 0.75 * mixed + 0.25 * line[channel]!;
    }
    picture.data[4 * i + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
}

/** A custom property's colour as red, green and blue: painted once, because it may be written in any way. */
function colorOf(element: HTMLElement, name: string): Uint8ClampedArray {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  probe.fillStyle = getComputedStyle(element).getPropertyValue(name).trim();
  probe.fillRect(0, 0, 1, 1);
  return probe.getImageData(0, 0, 1, 1).data;
}
