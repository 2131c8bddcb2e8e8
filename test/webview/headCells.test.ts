import { describe, expect, it } from 'vitest';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import { answerStage } from '../../extension/inspection/stageAnswers.ts';
import { attentionRow } from '../../extension/inspection/subject.ts';
import { mostIn, moved, shareIn, strongestIn } from '../../extension/webview/stages/headCells.ts';
import { compiled } from '../engine/compiled.ts';
import { randomTensors, tinyConfig } from '../engine/tinyModel.ts';

const model = new RecordedModel(compiled('baseline'), tinyConfig, randomTensors(tinyConfig, 4));
const position = 4;

function headOf(ids: readonly number[]) {
  const run = { subject: { model, bytesOf: String }, ids };
  const asked = answerStage(run, { kind: 'attention', layer: 1, head: 1, position, other: null });
  if (asked.kind !== 'attention') throw new Error('another answer');
  return { answer: asked.answer, cells: new Uint8Array(asked.answer.picture) };
}

describe('a share that is pointed at', () => {
  const { answer, cells } = headOf([5, 9, 1, 44, 3, 17]);
  const rows = Array.from({ length: 6 }, (_, row) => attentionRow(model, 1, 1, row).weights);

  it('is the engine’s own in the row that the page has, and in a text whose numbers it has', () => {
    rows.forEach((weights, row) =>
      weights.forEach((weight, column) => {
        const { value, isExact } = shareIn(answer, cells, position, { row, column });
        expect(isExact).toBe(true);
        expect(Math.abs(value - weight)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });

  it('is within 1 ÷ 255 of the engine’s where there is a picture alone, and says so', () => {
    rows.forEach((weights, row) =>
      weights.forEach((weight, column) => {
        const { value, isExact } = shareIn({ ...answer, grid: null }, cells, position, { row, column });
        expect(isExact).toBe(row === position);
        expect(Math.abs(value - weight)).toBeLessThanOrEqual(1 / 255);
      }),
    );
  });

  it('is exactly 0 ahead', () => {
    for (const row of [0, position, 4])
      expect(shareIn(answer, cells, position, { row, column: 5 })).toEqual({ value: 0, isExact: true });
  });

  it('comes first where it is the largest of its row', () => {
    rows.forEach((weights, row) => {
      const most = mostIn(answer, cells, position, row, 3);
      expect(most[0]!.column).toBe(weights.indexOf(Math.max(...weights)));
      expect(most.map(({ share }) => share.value)).toEqual(
        most.map(({ share }) => share.value).toSorted((a, b) => b - a),
      );
      expect(most.length).toBeLessThanOrEqual(Math.min(3, row + 1));
    });
  });
});

it('the strongest cell of a thumbnail’s row is found in that row', () => {
  const cells = Uint8Array.from([9, 9, 9, 1, 51, 2, 9, 9, 9]);
  expect(strongestIn(cells, 3, 1)).toEqual({ column: 1, share: { value: 0.2, isExact: false } });
});

it.each([
  ['ArrowLeft', 2, 1, 2, 0],
  ['ArrowLeft', 2, 0, 2, 0],
  ['ArrowRight', 2, 3, 2, 3],
  ['ArrowUp', 0, 1, 0, 1],
  ['ArrowDown', 2, 1, 3, 1],
  ['ArrowDown', 3, 1, 3, 1],
  ['Home', 2, 1, 2, 0],
  ['End', 2, 0, 2, 2],
])('%s leads from (%i, %i) to (%i, %i) of four tokens', (key, row, column, toRow, toColumn) => {
  expect(moved({ row, column }, key, 4)).toEqual({ row: toRow, column: toColumn });
});

it('other keys lead nowhere', () => {
  expect(moved({ row: 1, column: 1 }, 'a', 4)).toBeNull();
});
