/** How far down the list a predictor's candidates are looked at. */
export const mostRanks = 10;

/** Shares of tokens; all 0 when there were none. */
export interface Ranking {
  readonly tokens: number;
  /** the token was the likeliest */
  readonly top1: number;
  /** it was among the five likeliest */
  readonly top5: number;
  /** mean of 1 ÷ its rank, 0 beyond rank 10 */
  readonly mrr: number;
}

/** Adds up where the tokens that came stood among the candidates. */
export class RankTally {
  #tokens = 0;
  #top1 = 0;
  #top5 = 0;
  #reciprocal = 0;

  /** @param place index among the candidates, likeliest first; −1 = not among them */
  add(place: number): void {
    this.#tokens++;
    if (place < 0 || place >= mostRanks) return;
    if (place === 0) this.#top1++;
    if (place < 5) this.#top5++;
    this.#reciprocal += 1 / (place + 1);
  }

  get ranking(): Ranking {
    const tokens = this.#tokens;
    const share = (sum: number): number => (tokens === 0 ? 0 : sum / tokens);
    return { tokens, top1: share(this.#top1), top5: share(this.#top5), mrr: share(this.#reciprocal) };
  }
}
