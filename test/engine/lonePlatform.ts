import type { Platform } from '../../extension/platform/platform.ts';

/** For a team of one lane, which needs nothing of the machine but its clock, which need not be there; whatever else is asked of it fails. */
export const lonePlatform = new Proxy({} as Platform, {
  get(_, property) {
    if (property === 'threadCpuSeconds') return () => null;
    throw new Error(`a lone lane should not need the platform's ${String(property)}`);
  },
});
