import { describe, expect, it } from 'vitest';
import { progressLine } from '../../extension/cli/figures.ts';
import { ProgressDisplay } from '../../extension/cli/progressDisplay.ts';
import type { HeldOutPoint, TrainingEvent, TrainingProgress } from '../../extension/protocol/training.ts';

const progress: TrainingProgress = {
  step: 1_234,
  epoch: 0.5,
  tokens: 1_263_616,
  elapsedSeconds: 30,
  cpuSeconds: 28,
  remainingSeconds: 90,
  tokensPerSecond: 42_120.5,
  learningRate: 1e-3,
  gradientNorm: 1,
  trainLoss: 3,
  trainBitsPerByte: 1.98765,
};
const heldOut: HeldOutPoint = {
  step: 1_200,
  epoch: 2,
  elapsedSeconds: 29,
  heldOutLoss: 3.1,
  heldOutBitsPerByte: 2.01234,
  best: true,
};
const running: TrainingEvent = { type: 'progress', progress };

class Recorder {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY: boolean, columns = 120) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }

  /** What is on the screen: a carriage return goes back, an erase clears to the end. */
  get lines(): string[] {
    return this.text.split('\n').map((line) => line.split('\r\u001b[K').at(-1)!);
  }
}

describe('a line of progress', () => {
  it('shows the share done, step, speed, both qualities and the time left', () => {
    expect(progressLine(progress, heldOut, null)).toBe(
      '25 %  step 1,234  42,121 tokens/s  train 1.988  held-out 2.012 bits/byte  ETA 1:30',
    );
  });

  it('says what it does not know yet', () => {
    expect(progressLine({ ...progress, remainingSeconds: null }, null, null)).toBe(
      '0 %  step 1,234  42,121 tokens/s  train 1.988  held-out – bits/byte  ETA –',
    );
  });

  it('begins with a bar of the share done, also in the 80 columns of an ordinary terminal, with every figure', () => {
    expect(progressLine(progress, heldOut, 119)).toBe(
      '█████░░░░░░░░░░░░░░░  25 %  step 1,234  42,121 tokens/s  train 1.988  held-out 2.012 bits/byte  ETA 1:30',
    );
    expect(progressLine(progress, heldOut, 79)).toBe(
      '███░░░░░░░░  step 1,234  42.1K tok/s  bits/byte 1.988, held-out 2.012  ETA 1:30',
    );
  });

  it('is never wider than the columns there are', () => {
    for (let columns = 0; columns < 130; columns++) {
      expect(progressLine(progress, heldOut, columns).length).toBeLessThanOrEqual(columns);
    }
  });

  it.each([
    [0.4, '0:00'],
    [59.6, '1:00'],
    [3_599, '59:59'],
    [3_661, '1:01:01'],
  ])('%s seconds left are %s', (remainingSeconds, shown) => {
    expect(progressLine({ ...progress, remainingSeconds }, null, null)).toMatch(new RegExp(`ETA ${shown}$`));
  });
});

describe('a terminal', () => {
  it('is drawn over in one line, narrower than the terminal, which is gone in the end', () => {
    for (const columns of [10, 40, 80, 200]) {
      const screen = new Recorder(true, columns);
      const display = new ProgressDisplay(screen);
      display.show({ type: 'stage', stage: 'reading', detail: 'x'.repeat(300) });
      display.show(running);
      display.show({ type: 'heldOut', point: heldOut });
      display.show(running);
      expect(screen.lines).toHaveLength(1);
      expect(screen.text.split('\r\u001b[K').every((line) => line.length < columns)).toBe(true);
      display.clear();
      expect(screen.lines).toEqual(['']);
    }
  });

  it('keeps notes above the line that is drawn over', () => {
    const screen = new Recorder(true);
    const display = new ProgressDisplay(screen);
    display.show(running);
    display.note('a note');
    expect(screen.lines).toEqual(['a note', expect.stringContaining('step 1,234')]);
  });
});

describe('a log', () => {
  it('has one line a stage and no control characters', () => {
    const screen = new Recorder(false);
    const display = new ProgressDisplay(screen);
    for (const detail of ['reading', '10 files read', '20 files read']) {
      display.show({ type: 'stage', stage: 'reading', detail });
    }
    display.show({ type: 'stage', stage: 'tokenizing', detail: 'tokenizing' });
    // Far more often than every few seconds.
    for (let i = 0; i < 50; i++) display.show(running);
    display.clear();
    expect(screen.lines).toEqual(['reading', 'tokenizing', expect.stringContaining('step 1,234'), '']);
    for (const unwanted of ['\r', '\u001b', '█']) expect(screen.text).not.toContain(unwanted);
  });
});
