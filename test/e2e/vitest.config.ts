import { defineConfig } from 'vitest/config';
import { patience } from './workbench.ts';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    // One editor at a time: two would fight for the cores.
    fileParallelism: false,
    // A scenario waits several times; each wait has its own, shorter limit and says what it waited for.
    testTimeout: 4 * patience,
    // Likewise: an editor is installed and opened, and some train in it first.
    hookTimeout: 4 * patience,
    reporters: ['verbose', './closingLine.ts'],
  },
});
