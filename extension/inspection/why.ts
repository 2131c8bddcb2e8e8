import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import type { StageAnswers, StageQuestion } from '../protocol/stages.ts';
import { byteCount } from '../protocol/tokenBytes.ts';
import type { RecordedModel } from './recordedModel.ts';
import { attentionRow, dot, embedding, named, type Run } from './subject.ts';

/** Lines that are removed and tried without, the nearest; tokens that were looked at. */
const [mostLines, mostLooked] = [12, 6];

/** Why a token is likely behind a place: what each line before it did, where the heads looked, and which parts made its score. */
export function whyOf(
  run: Run,
  { position, token }: Extract<StageQuestion, { kind: 'why' }>,
): StageAnswers['why'] {
  const { subject, ids } = run;
  const { model } = subject;
  const logits = model.logits(position);
  const asked = token ?? mostLikely(logits, 1)[0]!;
  const probability = softmax(logits)[asked]!;
  const answer = {
    token: named(subject, asked),
    probability,
    logit: logits[asked]!,
    parts: logitParts(run, position, asked),
    looked: lookedAt(model, position),
  };
  const before = ids.slice(0, position + 1);
  const lines = linesBefore(run, position).map(({ from, to }) => {
    const without = [...before.slice(0, from), ...before.slice(to)];
    model.run(without);
    return { from, to, probability: softmax(model.logits(without.length - 1))[asked]! };
  });
  model.run(ids);
  return { ...answer, lines };
}

/** Lines that end before the one of the place, without those that have nothing but spaces. */
function linesBefore({ subject, ids }: Run, position: number): { from: number; to: number }[] {
  const lines: { from: number; to: number }[] = [];
  let from = 0;
  let text = '';
  for (let i = 0; i <= position; i++) {
    const bytes = subject.bytesOf(ids[i]!);
    if (byteCount(bytes) > 0) text += bytes;
    if (!bytes.includes('\n') || i === position) continue;
    if (text.trim() !== '') lines.push({ from, to: i + 1 });
    from = i + 1;
    text = '';
  }
  return lines.slice(-mostLines);
}

/** Mean share over all heads of all layers. */
function lookedAt(model: RecordedModel, position: number): StageAnswers['why']['looked'] {
  const { numHiddenLayers: layers, numAttentionHeads: heads } = model.config;
  const shares = new Float32Array(position + 1);
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      attentionRow(model, layer, head, position).weights.forEach((weight, other) => {
        shares[other]! += weight / (layers * heads);
      });
    }
  }
  return mostLikely(shares, Math.min(mostLooked, shares.length)).map((other) => ({
    position: other,
    share: shares[other]!,
  }));
}

/**
 * The score as a sum: what the token's own vector, each head and each layer's neurons wrote into the last vector, times the asked token's
 * vector. The final norm's scale is the one that all of them together had.
 */
function logitParts({ subject, ids }: Run, position: number, token: number): StageAnswers['why']['parts'] {
  const { model } = subject;
  const { numHiddenLayers: layers, numAttentionHeads: heads, hiddenSize: h, rmsNormEps } = model.config;
  const last = model.output(layers - 1, position);
  const scale = 1 / Math.sqrt(dot(last, last) / h + rmsNormEps);
  const weight = model.weights.get('model.norm.weight')!;
  const direction = Array.from(embedding(subject, token), (value, i) => value * weight[i]! * scale);
  const parts: StageAnswers['why']['parts'][number][] = [
    { layer: null, head: null, logit: dot(direction, embedding(subject, ids[position]!)) },
  ];
  for (let layer = 0; layer < layers; layer++) {
    const output = model.weights.get(`model.layers.${layer}.self_attn.o_proj.weight`)!;
    const context = model.row('attention', layer, position);
    const dim = h / heads;
    for (let head = 0; head < heads; head++) {
      let logit = 0;
      for (let i = 0; i < h; i++) {
        const row = output.subarray(i * h + head * dim, i * h + (head + 1) * dim);
        logit += direction[i]! * dot(row, context.subarray(head * dim, (head + 1) * dim));
      }
      parts.push({ layer, head, logit });
    }
    const middle = model.row('middle', layer, position);
    const added = Array.from(model.output(layer, position), (value, i) => value - middle[i]!);
    parts.push({ layer, head: null, logit: dot(direction, added) });
  }
  return parts;
}
