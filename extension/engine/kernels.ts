/** Byte address in the kernels' memory. */
export type Ptr = number & { readonly __unit: 'bytes' };

/**
 * What `assembly/index.ts` exports. Shapes are row-major; every pointer is 16-byte aligned unless a row makes it otherwise.
 * "panels" is a packed right-hand matrix B[K, N]: for each block of 8 columns, K rows of 8 values (the last block padded with 0).
 * Kernels allocate nothing and keep no state: whatever they need beyond their operands is in `scratch`.
 */
export interface Kernels {
  /** first byte that the module's own constant tables do not use */
  heapBase(): number;
  /** `count` multiply-adds of 4 lanes in registers, 8 FLOP each; count a multiple of 84; the result only keeps them alive */
  peak(count: number): number;

  /** panels of Wᵀ (K = cols, N = rows) from weight f32[rows, cols]; packs rows [rowStart, rowEnd), rowStart a multiple of 8 */
  packForward(panels: Ptr, weight: Ptr, rows: number, cols: number, rowStart: number, rowEnd: number): void;
  /** panels of W (K = rows, N = cols) from weight f32[rows, cols]; packs rows [rowStart, rowEnd) */
  packBackward(panels: Ptr, weight: Ptr, rows: number, cols: number, rowStart: number, rowEnd: number): void;
  /** out f32[rows, n] (row stride outStride, in elements) = or += a f32[rows, k] (row stride aStride) · panels(k, n) */
  matmul(
    out: Ptr,
    outStride: number,
    a: Ptr,
    aStride: number,
    panels: Ptr,
    rows: number,
    n: number,
    k: number,
    accumulate: boolean,
    scratch: Ptr,
  ): void;
  /**
   * TN: out f32[n, k] rows [nStart, nEnd) = or += aᵀ · b, with a f32[rows, n] (row stride aStride), b f32[rows, k] (row stride bStride):
   * the gradient of a weight W[n, k] from the gradient of its outputs and its inputs.
   */
  matmulTransposed(
    out: Ptr,
    a: Ptr,
    aStride: number,
    b: Ptr,
    bStride: number,
    rows: number,
    n: number,
    k: number,
    nStart: number,
    nEnd: number,
    accumulate: boolean,
    scratch: Ptr,
  ): void;
  /** columns f32[⌈rows / 32⌉, cols, 32] of Wᵀ from weight f32[rows, cols]; 0 behind the last row */
  packColumns(columns: Ptr, weight: Ptr, rows: number, cols: number): void;
  /** out f32[n] = or += x f32[k] · columns(k, n): the one-row product of decoding */
  matvec(out: Ptr, x: Ptr, columns: Ptr, n: number, k: number, accumulate: boolean): void;

  /**
   * weight f32[rows, cols] ≈ scales · q, q = −127 … 127: panels i8[⌈rows / 8⌉, cols rounded up to 4, 8] (their order is the build's own),
   * scales f32[rows] and sums i32[rows] = Σ q of each row, both rounded up to 8 rows; all written
   */
  quantizeWeight(panels: Ptr, scales: Ptr, sums: Ptr, weight: Ptr, rows: number, cols: number): void;
  /**
   * x f32[rows, cols] ≈ steps f32[rows] · (q − zeros i32[rows]); q i16[rows, cols rounded up to 4], of which the relaxed build uses a
   * u8 of 7 bits an element, the baseline build an i16 and no zeros; all written
   */
  quantizeRows(q: Ptr, steps: Ptr, zeros: Ptr, x: Ptr, rows: number, cols: number): void;
  /** out f32[rows, n] (row stride outStride, in elements) = or += the product of what quantizeRows and quantizeWeight wrote; exact sums */
  matmulInt8(
    out: Ptr,
    outStride: number,
    q: Ptr,
    steps: Ptr,
    zeros: Ptr,
    panels: Ptr,
    scales: Ptr,
    sums: Ptr,
    rows: number,
    n: number,
    k: number,
    accumulate: boolean,
  ): void;

  /** out f32[rows, cols] = table f32[vocab, cols] at ids i32[rows] */
  embeddingForward(out: Ptr, table: Ptr, ids: Ptr, rows: number, cols: number): void;
  /** dTable f32[vocab, cols] += dOut f32[rows, cols] at ids, only for ids in [idStart, idEnd), in the order of the rows */
  embeddingBackward(
    dTable: Ptr,
    dOut: Ptr,
    ids: Ptr,
    rows: number,
    cols: number,
    idStart: number,
    idEnd: number,
  ): void;

  /** out f32[rows, cols] = x · rstd · weight f32[cols]; rstd f32[rows] = 1 / √(mean(x²) + eps), written */
  rmsnormForward(out: Ptr, rstd: Ptr, x: Ptr, weight: Ptr, rows: number, cols: number, eps: number): void;
  /**
   * dX f32[rows, cols] = residual + the gradient of x through the norm; dWeight f32[cols] += Σ_rows dOut · x · rstd. dX may be x or
   * residual.
   */
  rmsnormBackward(
    dX: Ptr,
    dWeight: Ptr,
    residual: Ptr,
    dOut: Ptr,
    x: Ptr,
    weight: Ptr,
    rstd: Ptr,
    rows: number,
    cols: number,
  ): void;

  /**
   * In place: rotates x f32[rows, heads · headDim] (row stride `stride`) by position positionStart + row, pairs (i, i + headDim/2) as
   * Hugging Face does. cos, sin f32[positions, headDim/2].
   */
  ropeForward(
    x: Ptr,
    cos: Ptr,
    sin: Ptr,
    rows: number,
    heads: number,
    headDim: number,
    stride: number,
    positionStart: number,
  ): void;
  /** the transpose of ropeForward: rotates gradients back, in place */
  ropeBackward(
    x: Ptr,
    cos: Ptr,
    sin: Ptr,
    rows: number,
    heads: number,
    headDim: number,
    stride: number,
    positionStart: number,
  ): void;

  /**
   * Causal multi-head attention of one sequence: out f32[rows, heads · headDim] = softmax(q·kᵀ / √headDim) · v, where query row r sees
   * key rows 0 … past + r. q f32[rows, …] (row stride qStride), k and v f32[past + rows, …] (row stride kvStride).
   * logSumExp f32[heads, rows] written (of the scaled scores). headDim is a multiple of 4. scratch: attentionScratchBytes(past + rows, headDim).
   */
  attentionForward(
    out: Ptr,
    logSumExp: Ptr,
    q: Ptr,
    k: Ptr,
    v: Ptr,
    rows: number,
    past: number,
    heads: number,
    headDim: number,
    qStride: number,
    kvStride: number,
    outStride: number,
    scratch: Ptr,
  ): void;
  /**
   * Gradients of attentionForward with past = 0: dQ, dK, dV written (row stride dStride), from dOut and out (row stride outStride).
   * dQ may be q, dK may be k, dV may be v.
   */
  attentionBackward(
    dQ: Ptr,
    dK: Ptr,
    dV: Ptr,
    dOut: Ptr,
    out: Ptr,
    logSumExp: Ptr,
    q: Ptr,
    k: Ptr,
    v: Ptr,
    rows: number,
    heads: number,
    headDim: number,
    qkvStride: number,
    dStride: number,
    outStride: number,
    scratch: Ptr,
  ): void;
  /**
   * rows of k and v f32[rows, heads · headDim] (row stride `stride`, in elements) into keys and values f32[heads, positions, headDim] at
   * positions [past, past + rows)
   */
  cacheKeyValues(
    keys: Ptr,
    values: Ptr,
    k: Ptr,
    v: Ptr,
    rows: number,
    past: number,
    heads: number,
    headDim: number,
    positions: number,
    stride: number,
  ): void;
  /**
   * attentionForward of decoding, over what cacheKeyValues keeps: out f32[rows, heads · headDim], no row's bits depend on the rows beside
   * it. Row stride qStride in elements; scratch f32[past + rows, rounded up to 4].
   */
  attentionDecode(
    out: Ptr,
    q: Ptr,
    keys: Ptr,
    values: Ptr,
    rows: number,
    past: number,
    heads: number,
    headDim: number,
    positions: number,
    qStride: number,
    scratch: Ptr,
  ): void;

  /** out f32[count] = x · relu(x); out may be x */
  relu2Forward(out: Ptr, x: Ptr, count: number): void;
  /** dX f32[count] = 2 · relu(x) · dOut; dX may be x or dOut */
  relu2Backward(dX: Ptr, x: Ptr, dOut: Ptr, count: number): void;

  /**
   * losses f32[rows] = −ln softmax(logits)[target]; logits f32[rows, vocab] is replaced by its gradient
   * (softmax − one-hot) · scale. A target of −1 counts as no row: loss 0, gradient 0.
   */
  crossEntropy(losses: Ptr, logits: Ptr, targets: Ptr, rows: number, vocab: number, scale: number): void;
  /**
   * One block of columns, the tokens [idStart, idStart + cols), on the way to the losses alone. known f32[rows, 3]: largest logit,
   * Σ exp(logit − largest), the target's logit; read but for idStart = 0, and written. Blocks come in the order of the tokens.
   */
  crossEntropyBlock(known: Ptr, logits: Ptr, targets: Ptr, rows: number, cols: number, idStart: number): void;
  /** losses f32[rows] = −ln softmax(logits)[target], 0 where the target is −1, when all blocks are known */
  crossEntropyLosses(losses: Ptr, known: Ptr, targets: Ptr, rows: number): void;

  /** Σ x², accumulated in f64 in a fixed order */
  sumOfSquares(x: Ptr, count: number): number;
  /** out f32[count] = value */
  fill(out: Ptr, value: number, count: number): void;
  /** out f32[count] = x f32[count]; no overlap */
  copy(out: Ptr, x: Ptr, count: number): void;
  /** out f32[count] += x f32[count] */
  add(out: Ptr, x: Ptr, count: number): void;
  /**
   * AdamW with decoupled decay, one pass: g = grad · gradientScale; m, v updated; param −= lr · (m̂ / (√v̂ + eps) + weightDecay · param),
   * m̂ = m / correction1, v̂ = v / correction2.
   */
  adamw(
    param: Ptr,
    grad: Ptr,
    m: Ptr,
    v: Ptr,
    count: number,
    gradientScale: number,
    learningRate: number,
    beta1: number,
    beta2: number,
    eps: number,
    weightDecay: number,
    correction1: number,
    correction2: number,
  ): void;

  /** Nesterov's momentum: m = momentum · m + (1 − momentum) · g, grad = momentum · m + (1 − momentum) · g, where g = grad · gradientScale */
  nesterov(grad: Ptr, m: Ptr, count: number, gradientScale: number, momentum: number): void;
  /**
   * x f32[rows, cols] = U · p(… p(Σ / ‖x‖)) · Vᵀ, in place: `steps` Newton–Schulz iterations towards the orthogonal matrix U · Vᵀ.
   * scratch: newtonSchulzScratchBytes(rows, cols)
   */
  newtonSchulz(x: Ptr, rows: number, cols: number, steps: number, scratch: Ptr): void;
  /** Decoupled decay: param f32[count] −= learningRate · (updateScale · update + weightDecay · param) */
  descend(
    param: Ptr,
    update: Ptr,
    count: number,
    learningRate: number,
    updateScale: number,
    weightDecay: number,
  ): void;
}
