import uPlot from 'uplot';

/** What a plot takes from the theme. */
export interface PlotStyle {
  /** the value of a style property at the plot's place */
  color(name: string): string;
  readonly axis: uPlot.Axis;
  /** nothing may be told by transparency */
  readonly isHighContrast: boolean;
}

export type PlotOptions = Omit<uPlot.Options, 'width'>;

/** Whoever trains has few cores to spare for pictures: numbers follow each tick, curves are drawn so often. */
const drawEveryMs = 1_000;

/** A uPlot as wide as its place and in the theme's colours, with a line at one x that the pointer moves. */
export class Plot {
  readonly #place: HTMLElement;
  readonly #resizes: ResizeObserver;
  readonly #themes: MutationObserver;
  readonly #onPoint: (x: number) => void;
  #describe: (style: PlotStyle) => PlotOptions;
  #data: () => uPlot.AlignedData;
  #x: number | null = null;
  #isStale = false;
  #drawnAtMs = performance.now();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** on the screen, as far as is known */
  #isSeen = true;
  readonly #sights: IntersectionObserver;
  #line = document.createElement('div');
  #plot: uPlot;

  /**
   * @param data asked for when it is drawn
   * @param onPoint which x the pointer is at
   */
  constructor(
    place: HTMLElement,
    describe: (style: PlotStyle) => PlotOptions,
    data: () => uPlot.AlignedData,
    onPoint: (x: number) => void,
  ) {
    this.#place = place;
    this.#describe = describe;
    this.#data = data;
    this.#onPoint = onPoint;
    this.#line.className = 'plot-line';
    this.#plot = this.#built();
    this.#resizes = new ResizeObserver(() => {
      if (place.clientWidth > 0) this.#plot.setSize({ width: place.clientWidth, height: this.#plot.height });
    });
    this.#resizes.observe(place);
    // A canvas does not restyle itself; the editor announces a new theme by these attributes.
    this.#themes = new MutationObserver(() => this.#rebuild());
    this.#themes.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    this.#sights = new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1)!.isIntersecting;
      this.#drawSoon();
    });
    this.#sights.observe(place);
  }

  /** Soon, and once somebody can see it. */
  draw(data: () => uPlot.AlignedData): void {
    if (data === this.#data) return;
    this.#data = data;
    this.#isStale = true;
    this.#drawSoon();
  }

  /** Other scales or series, which a uPlot has for life. */
  redraw(describe: (style: PlotStyle) => PlotOptions, data: () => uPlot.AlignedData): void {
    if (describe === this.#describe) return;
    this.#describe = describe;
    this.#data = data;
    this.#rebuild();
  }

  /** The line stands at this x. */
  point(x: number): void {
    this.#x = x;
    this.#moveLine();
  }

  remove(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#sights.disconnect();
    this.#resizes.disconnect();
    this.#themes.disconnect();
    this.#plot.destroy();
  }

  #drawSoon(): void {
    if (!this.#isSeen || !this.#isStale || this.#timer !== null) return;
    const waitMs = this.#drawnAtMs + drawEveryMs - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        if (this.#isSeen && this.#isStale) this.#drawNow();
      },
      Math.max(0, waitMs),
    );
  }

  #drawNow(): void {
    this.#plot.setData(this.#data());
    this.#drawn();
  }

  #rebuild(): void {
    this.#plot.destroy();
    this.#plot = this.#built();
    this.#drawn();
  }

  #drawn(): void {
    this.#isStale = false;
    this.#drawnAtMs = performance.now();
  }

  #built(): uPlot {
    const options = this.#describe(styleOf(this.#place));
    const width = Math.max(1, this.#place.clientWidth);
    // A uPlot knows its scales only once it draws.
    const draw = [...(options.hooks?.draw ?? []), (drawn: uPlot) => this.#moveLine(drawn)];
    const hooks = { ...options.hooks, draw };
    const plot = new uPlot({ ...options, width, hooks }, this.#data(), this.#place);
    const follow = (event: MouseEvent): void => {
      if (plot.data[0].length > 0) this.#onPoint(plot.posToVal(event.offsetX, 'x'));
    };
    plot.over.addEventListener('mousemove', follow);
    plot.over.addEventListener('click', follow);
    plot.over.append(this.#line);
    return plot;
  }

  #moveLine(plot = this.#plot): void {
    const x = this.#x;
    this.#line.hidden = x === null;
    if (x !== null) this.#line.style.setProperty('left', `${plot.valToPos(x, 'x')}px`);
  }
}

function styleOf(place: HTMLElement): PlotStyle {
  const style = getComputedStyle(place);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    color,
    axis: {
      stroke: color('--axis-color'),
      grid: { stroke: color('--grid-color'), width: 1 },
      ticks: { stroke: color('--grid-color'), width: 1 },
      font: `11px ${style.fontFamily}`,
      labelFont: `11px ${style.fontFamily}`,
      labelSize: 18,
    },
    isHighContrast: document.body.classList.contains('vscode-high-contrast'),
  };
}
