import { Plot } from './plot.ts';
import type { PlotWindow } from './loadPlot.ts';

// The whole of this script: it is fetched when the first curve is to be drawn.
(window as PlotWindow).nihiloPlot = Plot;
