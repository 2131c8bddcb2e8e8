import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * A canvas that is drawn in the frame of the numbers beside it, and again in a new theme's colours: it does not restyle itself, and the editor
 * announces a theme by these attributes.
 */
export function useDrawing(
  draw: (canvas: HTMLCanvasElement) => void,
  of: readonly unknown[],
): { readonly current: HTMLCanvasElement | null } {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const drawNow = (): void => draw(canvas.current!);
    drawNow();
    const themes = new MutationObserver(drawNow);
    themes.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    return () => themes.disconnect();
  }, of);
  return canvas;
}

/** Red, green, blue and how opaque it is, as a canvas keeps a pixel. */
export type Color = Uint8ClampedArray<ArrayBuffer>;

/** Of each way in which a theme's colours have been written: there are few, and to paint one takes long. */
const known = new Map<string, Color>();

/** A custom property's colour as red, green and blue: painted once, because it may be written in any way. */
export function colorOf(element: HTMLElement, name: string): Color {
  const written = getComputedStyle(element).getPropertyValue(name).trim();
  const before = known.get(written);
  if (before !== undefined) return before;
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  probe.fillStyle = written;
  probe.fillRect(0, 0, 1, 1);
  const color = probe.getImageData(0, 0, 1, 1).data;
  known.set(written, color);
  return color;
}
