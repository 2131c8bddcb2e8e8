/** Where nobody else wants anything of the predictor. */
export const giveWay = (): Promise<void> => Promise.resolve();
export const goesOn = (): Promise<boolean> => Promise.resolve(true);
