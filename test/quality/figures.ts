export const share = (value: number): string => value.toFixed(3);
export const percent = (value: number): string => `${value <= 0 ? '−' : '+'}${Math.abs(value).toFixed(0)} %`;
