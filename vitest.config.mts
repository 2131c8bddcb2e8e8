import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', '**/node_modules/**'],
    globalSetup: ['test/buildKernels.ts'],
    testTimeout: 300_000,
    // Some train a model, in threads that let everything else on the machine go first.
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores are the reference machine; tests that start workers of their own need the second.
    maxWorkers: 2,
  },
});
