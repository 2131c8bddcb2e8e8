import type { Plot } from './plot.ts';

/** Where `plots.ts` leaves what it brings. */
export type PlotWindow = Window & { nihiloPlot?: typeof Plot };

let loading: Promise<typeof Plot> | null = null;

/**
 * What draws curves, a script of its own: whoever opens the Inspector without a training does not wait for it. What has failed is fetched
 * anew the next time.
 */
export function loadPlot(): Promise<typeof Plot> {
  loading ??= fetchPlot().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

function fetchPlot(): Promise<typeof Plot> {
  return new Promise((resolve, reject) => {
    const own = document.querySelector<HTMLScriptElement>('script[type="module"]')!;
    const script = document.createElement('script');
    // No module: one that was not to be had once is not asked for again.
    script.nonce = own.nonce;
    script.src = new URL('plots.js', own.src).href;
    script.addEventListener('load', () => {
      const { nihiloPlot } = window as PlotWindow;
      if (nihiloPlot === undefined) reject(new Error(`${script.src} has brought nothing`));
      else resolve(nihiloPlot);
    });
    script.addEventListener('error', () => reject(new Error(`${script.src} is not to be had`)));
    document.head.append(script);
  });
}
