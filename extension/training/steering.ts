/** How a training is told to pause or to stop. */
export interface Steering {
  readonly cancelled: boolean;
  /** lets messages in; returns once training is not paused */
  breathe(): Promise<void>;
}

/** Goes on to its end. */
export const unstoppable: Steering = { cancelled: false, breathe: () => Promise.resolve() };
