import { expect } from 'vitest';
import type { Ended } from './commandProcess.ts';

/** Stdout as a program reads it: one JSON object, a line end, and nothing else. */
export function only(stdout: string): Record<string, unknown> {
  expect(stdout.endsWith('\n')).toBe(true);
  return JSON.parse(stdout);
}

/** A failure as every command tells it. */
export function expectFailure(ended: Ended, exitCode: number, sentence: RegExp): void {
  const last = ended.stderr.trimEnd().split('\n').at(-1)!;
  expect(last).toMatch(sentence);
  expect(last).toMatch(/^nihilo: .+\.$/);
  expect(last).not.toContain('This is a bug');
  expect(ended.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect(ended).toMatchObject({ code: exitCode, signal: null, stdout: '' });
}
