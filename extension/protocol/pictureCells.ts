/** The picture of a head has a side of so many cells; of a long text several tokens share one. */
export interface PictureSize {
  readonly side: number;
  readonly tokens: number;
}

/** The cell, along a side, that a token is in. */
export function cellOf(token: number, { side, tokens }: PictureSize): number {
  return Math.floor((token * side) / tokens);
}
