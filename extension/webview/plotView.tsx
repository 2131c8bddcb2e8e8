import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { Plot, type PlotOptions, type PlotStyle } from './plot.ts';

interface PlotViewProps {
  readonly label: string;
  readonly class: string;
  /** the same one as long as scales and series are */
  readonly describe: (style: PlotStyle) => PlotOptions;
  readonly data: uPlot.AlignedData;
  /** of the x where the line stands */
  readonly index: number;
  readonly onPoint: (index: number) => void;
}

/** A plot for the eyes; its numbers stand in tables beside it. */
export function PlotView({ label, class: name, describe, data, index, onPoint }: PlotViewProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const newest = useRef(onPoint);
  newest.current = onPoint;
  useEffect(() => {
    plot.current = new Plot(place.current!, describe, data, (at) => newest.current(at));
    return () => plot.current?.remove();
  }, []);
  useEffect(() => plot.current?.redraw(describe, data), [describe]);
  useEffect(() => plot.current?.draw(data), [data]);
  useEffect(() => plot.current?.point(index), [index, data]);
  return <div class={name} role="img" aria-label={label} ref={place} />;
}
