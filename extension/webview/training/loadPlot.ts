import type { Plot } from './plot.ts';

/** Where `plots.ts` leaves what it brings. */
export type PlotWindow = Window & { nihiloPlot?: typeof Plot };

let loading: Promise<typeof Plot> | null = null;

/** What draws curves, a script of its own: whoever opens the Inspector without a training does not wait for it. */
export function loadPlot(): Promise<typeof Plot> {
  loading ??= new Promise((resolve, reject) => {
    const own = document.querySelector<HTMLScriptElement>('script[type="module"]')!;
    const script = document.createElement('script');
    script.type = 'module';
    script.nonce = own.nonce;
    script.src = new URL('plots.js', own.src).href;
    script.addEventListener('load', () => resolve((window as PlotWindow).nihiloPlot!));
    script.addEventListener('error', () => reject(new Error(`${script.src} is not to be had`)));
    document.head.append(script);
  });
  return loading;
}
