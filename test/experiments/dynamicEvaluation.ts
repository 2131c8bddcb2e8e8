import type { Decoder } from '../../extension/engine/decoder.ts';
import type { CompiledKernels } from '../../extension/engine/instantiate.ts';
import { nodePlatform } from '../../extension/platform/node.ts';
import { type TokenSource, Batches } from '../../extension/training/batches.ts';
import { copied, type Weights } from '../../extension/training/between.ts';
import { Learner, mostChunks } from '../../extension/training/learner.ts';
import { type Recipe, recipes, tokensInMemory } from '../../extension/training/recipe.ts';
import { Team } from '../../extension/training/team.ts';

const memoryLimitMb = 2_048;
/** Positions of a step's one sequence, by the share of a training that stands for them. */
const lengths = [
  [0, 64],
  [0.25, 128],
  [0.5, 256],
] as const;

/** One sequence a step, at one rate for all weights, none of which fades. */
function recipeAt(rate: number): Recipe {
  return {
    ...recipes.base,
    optimizer: 'adamw',
    tokensPerStep: [[0, 64]],
    tokensPerMicroBatch: 256,
    lengths,
    peakLearningRate: rate,
    outerRate: 1,
    warmUpSteps: 1,
    // Not before the end of what stands for a training.
    decayFrom: 0.9,
    weightDecay: 0,
    embeddingDecay: 0,
  };
}

/**
 * Dynamic evaluation: the weights of a decoder take a step of Adam on the end of a document each time that so many more of its tokens are
 * known. How large gradients usually are is taken from text that the weights have been trained on, or will be used with.
 * @source Krause et al. 2018, "Dynamic evaluation of neural sequence models"
 */
export class DynamicEvaluation {
  readonly #decoder: Decoder;
  readonly #every: number;
  readonly #source = new LastTokens();
  readonly #learner: Learner;
  readonly #weights: Weights;
  readonly #second: Weights;
  readonly #first: Weights;
  readonly #startStep: number;
  #since = 0;
  #isChanged = true;
  steps = 0;

  /**
   * @param usual text that gradients are measured on, u16[tokens]
   * @param every so many tokens there is a step
   */
  constructor(
    compiled: CompiledKernels,
    decoder: Decoder,
    weights: Weights,
    usual: Uint16Array,
    { rate, every, measuredSteps }: { rate: number; every: number; measuredSteps: number },
  ) {
    const { config } = decoder;
    const recipe = recipeAt(rate);
    const tokens = tokensInMemory(recipe, config);
    const size = { tokens, chunks: mostChunks(tokens), lanes: 1, optimizer: recipe.optimizer };
    const team = Team.create(nodePlatform(), compiled, config, size, memoryLimitMb);
    const measured = new Batches(usual, 1);
    const source = this.#source;
    const learner = new Learner(team, config, recipe, { tokens: measured.tokens, read }, weights);
    function read(...step: Parameters<TokenSource['read']>): void {
      (learner.state.step < measuredSteps ? measured : source).read(...step);
    }
    const [, longest] = lengths.at(-1)!;
    for (let step = 0; step < measuredSteps; step++) learner.step(shareFor(longest + 1)!);
    const { first, second } = learner.moments;
    this.#decoder = decoder;
    this.#every = every;
    this.#learner = learner;
    this.#weights = weights;
    this.#second = copied(second);
    this.#first = new Map([...first].map(([name, { length }]) => [name, new Float32Array(length)]));
    this.#startStep = measuredSteps;
  }

  /** Before a document: the weights are the first ones again, bit for bit. */
  begin(endOfText: number): void {
    this.#source.ids = [endOfText];
    this.#since = 0;
    if (!this.#isChanged) return;
    this.#learner.weights = new Map(this.#weights);
    this.#learner.restore({ step: this.#startStep, tokens: 0, sequences: 0 }, this.#first, this.#second);
    this.#decoder.load(this.#weights);
    this.#isChanged = false;
  }

  /** The next token of the document. */
  learn(id: number): void {
    this.#source.ids.push(id);
    const share = shareFor(this.#source.ids.length);
    if (++this.#since < this.#every || share === null) return;
    this.#since = 0;
    this.#learner.step(share);
    this.#decoder.load(this.#learner.weights);
    this.#isChanged = true;
    this.steps++;
  }
}

/** Of the sequence that fits with its targets; null: none does. */
function shareFor(tokens: number): number | null {
  return lengths.findLast(([, length]) => tokens > length)?.[0] ?? null;
}

/** The end of a document. */
class LastTokens implements TokenSource {
  /** weights do not fade, whatever this is */
  readonly tokens = 1;
  ids: number[] = [];

  read(ids: Int32Array, targets: Int32Array, _first: number, _sequences: number, length: number): void {
    const end = this.ids.slice(-length - 1);
    ids.set(end.slice(0, length));
    targets.set(end.slice(1));
  }
}
