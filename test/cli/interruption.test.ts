import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Interruption } from '../../extension/cli/interruption.ts';

let now = 0;
let exits: (string | number | null | undefined)[] = [];
let requests = 0;
let interruption: Interruption;

beforeEach(() => {
  [now, exits, requests] = [1_000, [], 0];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(code);
    return undefined as never;
  });
  interruption = new Interruption(() => requests++);
});

afterEach(() => {
  interruption.dispose();
  vi.restoreAllMocks();
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('the first %s asks to end, and is told by exit code %i', (signal, exitCode) => {
  expect(interruption.exitCode).toBeNull();
  process.emit(signal, signal);
  expect({ requests, exits, exitCode: interruption.exitCode }).toEqual({ requests: 1, exits: [], exitCode });
});

it('the echo of a launcher that passes on the same Ctrl-C is no second one', () => {
  process.emit('SIGINT', 'SIGINT');
  now += 50;
  process.emit('SIGINT', 'SIGINT');
  expect({ requests, exits }).toEqual({ requests: 1, exits: [] });
});

it('the second ends the process at once and asks nothing', () => {
  process.emit('SIGINT', 'SIGINT');
  now += 1_000;
  process.emit('SIGTERM', 'SIGTERM');
  expect({ requests, exits }).toEqual({ requests: 1, exits: [143] });
});

it('after the training a signal does what it always does', () => {
  const others = process.listenerCount('SIGINT');
  interruption.dispose();
  expect(process.listenerCount('SIGINT')).toBe(others - 1);
  process.emit('SIGTERM', 'SIGTERM');
  expect(requests).toBe(0);
});
