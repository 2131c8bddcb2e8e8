import { loadScript } from '../loadScript.ts';
import type { Plot } from './plot.ts';

/** Where `plots.ts` leaves what it brings. */
export type PlotWindow = Window & { nihiloPlot?: typeof Plot };

/** What draws curves: whoever opens the Inspector without a training does not wait for it. */
export function loadPlot(): Promise<typeof Plot> {
  return loadScript('plots.js', () => (window as PlotWindow).nihiloPlot);
}
