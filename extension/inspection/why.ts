import { softmax } from '../arithmetic/softmax.ts';
import { mostLikely } from '../arithmetic/likeliest.ts';
import type { StageAnswers, StageQuestion, TokenRange } from '../protocol/stages.ts';
import { byteCount } from '../protocol/tokenBytes.ts';
import type { RecordedModel } from './recordedModel.ts';
import { attentionRow, dot, embedding, named, type Run } from './subject.ts';

/** Lines that are removed and tried without; tokens that were looked at. */
const [mostLines, mostLooked] = [16, 6];

/**
 * Why a token is likely behind a place: which lines before it are worth trying without, where the heads looked, and which parts made its
 * score. What happens without a line is asked for line by line.
 */
export function whyOf(
  run: Run,
  { position, token }: Extract<StageQuestion, { kind: 'why' }>,
): StageAnswers['why'] {
  const { subject, ids } = run;
  const { model } = subject;
  const logits = model.logits(position);
  const asked = token ?? mostLikely(logits, 1)[0]!;
  const answer = {
    token: named(subject, asked),
    probability: softmax(logits)[asked]!,
    logit: logits[asked]!,
    parts: logitParts(run, position, asked),
    looked: lookedAt(model, position),
  };
  const lines = linesBefore(run, position);
  if (lines.length === 0) return { ...answer, lines: [], untried: 0 };
  const previews = previewsOf(run, position, asked);
  model.run(ids);
  const strongest = lines
    .map(({ from, to }) => {
      const preview = previews.slice(from, to).reduce((sum, value) => sum + value, 0);
      return { from, to, preview, probability: null };
    })
    .sort((a, b) => Math.abs(b.preview) - Math.abs(a.preview));
  return {
    ...answer,
    lines: strongest.slice(0, mostLines),
    untried: Math.max(0, lines.length - mostLines),
  };
}

/** How likely the token is behind the place in a text that never had these tokens. */
export function withoutTokens(
  { subject: { model }, ids }: Run,
  { position, token, from, to }: Extract<StageQuestion, { kind: 'without' }>,
): number {
  const without = [...ids.slice(0, from), ...ids.slice(to, position + 1)];
  model.run(without);
  return softmax(model.logits(without.length - 1))[token]!;
}

/** Of each token up to the place: how much ln p would change if its vector grew, gradient × input. */
function previewsOf({ subject, ids }: Run, position: number, token: number): number[] {
  const before = ids.slice(0, position + 1);
  const { hiddenSize: h } = subject.model.config;
  const gradients = subject.model.inputGradients(before, token);
  // The gradient is of −ln p.
  return before.map((id, i) => -dot(gradients.subarray(i * h, (i + 1) * h), embedding(subject, id)));
}

/** Lines that end before the one of the place, without those that have nothing but spaces. */
function linesBefore({ subject, ids }: Run, position: number): TokenRange[] {
  const lines: TokenRange[] = [];
  let from = 0;
  let text = '';
  for (let i = 0; i <= position; i++) {
    const bytes = subject.bytesOf(ids[i]!);
    if (byteCount(bytes) > 0) text += bytes;
    // What stands for the beginning of a text is in no line of it.
    if (text === '') from = i + 1;
    if (!bytes.includes('\n') || i === position) continue;
    if (text.trim() !== '') lines.push({ from, to: i + 1 });
    from = i + 1;
    text = '';
  }
  return lines;
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
