/** @param more digits than usual */
export const share = (value: number, more = 0): string => value.toFixed(3 + more);
export const percent = (value: number, more = 0): string =>
  `${value <= 0 ? '−' : '+'}${Math.abs(value).toFixed(more)} %`;
