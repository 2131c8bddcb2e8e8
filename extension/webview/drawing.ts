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
