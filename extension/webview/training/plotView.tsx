import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { loadPlot } from './loadPlot.ts';
import type { Plot, PlotOptions, PlotStyle } from './plot.ts';

export interface PlotViewProps {
  readonly label: string;
  readonly class: string;
  /** the same one as long as scales and series are */
  readonly describe: (style: PlotStyle) => PlotOptions;
  /** asked for when it is drawn; the same one as long as nothing has come */
  readonly data: () => uPlot.AlignedData;
  /** the x where the line stands */
  readonly at: number;
  readonly onPoint: (x: number) => void;
  /** what draws is not to be had */
  readonly onFailure: (reason: Error) => void;
  /** rises when somebody wants it to be tried again */
  readonly attempt: number;
}

/** A plot for the eyes; its numbers stand in tables beside it. */
export function PlotView(props: PlotViewProps): JSX.Element {
  const { label, class: name, describe, data, at } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  useEffect(() => {
    let isGone = false;
    const begin = async (): Promise<void> => {
      let Plot;
      try {
        Plot = await loadPlot();
      } catch (error) {
        if (!isGone) newest.current.onFailure(error as Error);
        return;
      }
      if (isGone) return;
      const { describe, data, at } = newest.current;
      plot.current = new Plot(place.current!, describe, data, (x) => newest.current.onPoint(x));
      plot.current.point(at);
    };
    void begin();
    return () => {
      isGone = true;
      plot.current?.remove();
    };
  }, [props.attempt]);
  // In the frame of the numbers beside it: one of its own would have the page painted once more for each plot.
  useLayoutEffect(() => plot.current?.redraw(describe, data), [describe]);
  useLayoutEffect(() => plot.current?.draw(data), [data]);
  useLayoutEffect(() => plot.current?.point(at), [at, data]);
  return <div class={name} role="img" aria-label={label} ref={place} />;
}
