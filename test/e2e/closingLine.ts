import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with one line that a person or a program can count by. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (state: string) => states.filter((each) => each === state).length;
    // A file that could not be loaded holds no tests, but counts.
    const broken =
      errors.length +
      modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    process.on('exit', () =>
      console.log(`${count('passed')} passed, ${count('failed') + broken} failed${skipped}`),
    );
  }
}
