import { describe, expect, it } from 'vitest';
import { explain } from '../../extension/inspection/explain.ts';
import { ReadText } from '../../extension/inspection/firingLines.ts';
import { linesPartByPart } from '../../extension/inspection/growingAnswers.ts';
import { RecordedModel } from '../../extension/inspection/recordedModel.ts';
import type { Subject } from '../../extension/inspection/subject.ts';
import { controlBytes } from '../../extension/protocol/tokenBytes.ts';
import type { Passage, WorkspaceText } from '../../extension/protocol/workspaceText.ts';
import type { StageAnswer } from '../../extension/protocol/stages.ts';
import { compiled } from '../engine/compiled.ts';
import { tinyConfig as config, randomTensors } from '../engine/tinyModel.ts';
import { randomIntegers, uniform } from '../reference/random.ts';

/** Id 60 ends a text. */
const subject: Subject = {
  model: new RecordedModel(compiled('baseline'), config, randomTensors(config, 4)),
  bytesOf: (id) => (id === 60 ? controlBytes('<|endoftext|>') : `t${id}`),
};

function passageOf(seed: number, length: number): Passage {
  const next = uniform(seed);
  const ids = Uint16Array.from(randomIntegers(next, length, 0, 59));
  ids[0] = 60;
  let line = 1;
  return { file: `f${seed % 5}`, ids, lines: Uint32Array.from(ids, () => (next() < 0.2 ? ++line : line)) };
}

const text: WorkspaceText = {
  passages: [passageOf(1, 50), passageOf(2, 24), passageOf(3, 1), passageOf(6, 90), passageOf(4, 23)],
  tokens: 9_999,
};

/** Every token with the sum of a neuron there, by reading all windows again. */
function allSums(layer: number, neuron: number): { file: string; line: number; id: number; sum: number }[] {
  return text.passages.flatMap(({ file, ids, lines }) =>
    [...ids].flatMap((id, i) => {
      const from = Math.floor(i / 24) * 24;
      subject.model.run([...ids.subarray(from, from + 24)]);
      const sum = subject.model.row('up', layer, i - from)[neuron]!;
      return id === 60 ? [] : [{ file, line: lines[i]!, id, sum }];
    }),
  );
}

describe('the lines that a neuron fires at', () => {
  it('are those of a full scan: the strongest token of each line, the eight strongest lines', () => {
    const read = new ReadText(subject, text);
    read.read(60_000);
    let fired = 0;
    for (const [layer, neuron] of [
      [0, 0],
      [0, 63],
      [1, 17],
      [1, 40],
    ] as const) {
      const byLine = Map.groupBy(allSums(layer, neuron), ({ file, line }) => `${file}:${line}`);
      const expected = [...byLine.values()]
        .map((tokens) => tokens.reduce((best, token) => (token.sum > best.sum ? token : best)))
        .filter(({ sum }) => sum > 0)
        .toSorted((a, b) => b.sum - a.sum)
        .slice(0, 8);
      const { lines, read: seen, toRead, tokens } = read.strongest(layer, neuron);
      expect([seen, toRead, tokens]).toEqual([188, 188, 9_999]);
      expect(
        lines.map(({ file, line, sum, tokens: near, fired: at }) => ({ file, line, id: near[at]!.id, sum })),
      ).toEqual(expected);
      for (const { sum, activation } of lines) expect(activation).toBe(Math.fround(sum * sum));
      fired += lines.length;
    }
    expect(fired).toBeGreaterThan(24);
  });

  it('show nothing of other lines, and the number itself is explained where it was read', () => {
    const read = new ReadText(subject, text);
    read.read(60_000);
    const { lines } = read.strongest(1, 17);
    for (const { file, line, at, sum, tokens } of lines) {
      const { run, position } = read.runAt(at)!;
      const { machine } = explain(run, { of: 'neuron', layer: 1, position, index: 17 });
      expect(machine).toEqual([sum]);
      const ofLine = text.passages
        .filter((passage) => passage.file === file)
        .map(({ ids, lines }) => [...ids].filter((id, i) => lines[i] === line && id !== 60));
      expect(ofLine).toContainEqual(tokens.map(({ id }) => id));
    }
    expect(read.runAt(188)).toBeNull();
  });

  it('grow part by part until all is read, and a text that is the same is not read again', async () => {
    const read = new ReadText(subject, text);
    expect(read.isOf(subject, { ...text, passages: text.passages.map((passage) => ({ ...passage })) })).toBe(
      true,
    );
    expect(read.isOf(subject, { ...text, passages: text.passages.slice(1) })).toBe(false);
    expect(read.isOf({ ...subject }, text)).toBe(false);
    const question = { kind: 'firingLines', layer: 0, position: 0, neuron: 3 } as const;
    const parts: number[] = [];
    const ask = async (): Promise<StageAnswer> => {
      read.read(0);
      return { kind: 'firingLines', answer: read.strongest(0, 3) };
    };
    for await (const lines of linesPartByPart(ask, question)) parts.push(lines!.read);
    expect(parts).toEqual([24, 48, 50, 74, 75, 99, 123, 147, 165, 188]);
  });
});
