import type { CallMessage, NumberedMessage } from './calling.ts';
import type { Explanation } from './explanation.ts';
import type { Parts, PartsAlong } from './parts.ts';
import type { EarlierMatch, ScoredToken } from './prediction.ts';
import type { OperationGraph } from './operations.ts';
import type { WholePass } from './wholePass.ts';
import type { OptimizerStep } from './optimizerStep.ts';
import type { DoubtLimits, Precedent, PrecedentRecord } from './precedent.ts';
import type { NamedToken } from './tokenBytes.ts';
import type { FiringLines, MergeCount, VocabularyRows } from './workspaceText.ts';

/** The way from text to prediction, in its order. */
export const stageIds = [
  'text',
  'tokens',
  'vectors',
  'attention',
  'mix',
  'neurons',
  'scores',
  'choice',
  'messages',
  'learning',
  'why',
] as const;
export type StageId = (typeof stageIds)[number];

/** Rows of a page of the vocabulary. */
export const vocabularyPage = 60;

/** A head of a layer, at a token of a run: where most numbers are. Layers and heads count from 0. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
  readonly position: number;
}

/** A number of the forward pass, the loss or a training step, by what it is. */
export type NumberName =
  | {
      readonly of: 'similarity';
      readonly token: number;
      readonly other: number;
      /** of `vectors` then; null: now */
      readonly point: number | null;
    }
  | {
      readonly of: 'inputNorm' | 'middleNorm';
      readonly layer: number;
      readonly position: number;
      readonly index: number;
    }
  | ({ readonly of: 'query' | 'key' | 'value' | 'rotatedQuery' | 'rotatedKey' } & HeadPlace & {
        readonly index: number;
      })
  | ({ readonly of: 'score' | 'weight' } & HeadPlace & { readonly other: number })
  | ({ readonly of: 'context' } & HeadPlace & { readonly index: number })
  | {
      readonly of: 'attended' | 'middle' | 'down' | 'output';
      readonly layer: number;
      readonly position: number;
      readonly index: number;
    }
  | {
      readonly of: 'neuron' | 'activation';
      readonly layer: number;
      readonly position: number;
      readonly index: number;
    }
  /** of a token of the workspace that has been read, by its place there */
  | {
      readonly of: 'lineSum' | 'lineActivation';
      readonly layer: number;
      readonly at: number;
      readonly index: number;
    }
  | { readonly of: 'finalNorm'; readonly position: number; readonly index: number }
  | { readonly of: 'logit' | 'error'; readonly position: number; readonly token: number }
  | {
      readonly of: 'probability';
      readonly position: number;
      readonly token: number;
      readonly temperature: number;
    }
  | { readonly of: 'entropy' | 'loss'; readonly position: number }
  | ({ readonly of: 'interval'; readonly token: number } & DrawQuestion)
  | ({ readonly of: 'gradient' } & WeightPlace)
  | ({ readonly of: 'descent' | 'optimizerStep'; readonly rate: number } & WeightPlace);

/** One weight of a layer's matrix, or of the tokens' vectors, whose rows are tokens. */
export interface WeightPlace {
  readonly matrix: 'embedding' | 'qkv' | 'output' | 'up' | 'down';
  /** the embedding is in none */
  readonly layer: number;
  readonly row: number;
  readonly col: number;
}

interface DrawQuestion {
  readonly position: number;
  readonly temperature: number;
  /** 0: all */
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
}

/** What the stages ask of a run. Whoever asks a question of a kind is no longer interested in the one of that kind before. */
export type StageQuestion =
  | ({ readonly kind: 'overview' } & HeadPlace)
  /** what the engine does, whatever the text */
  | { readonly kind: 'operations' }
  | { readonly kind: 'merges'; readonly position: number }
  | {
      readonly kind: 'vocabulary';
      readonly position: number;
      /** rank of the first row; null: so that the token at the position is among them */
      readonly from: number | null;
    }
  | {
      readonly kind: 'vectors';
      readonly position: number;
      readonly other: number;
      /** which of the points in the answer; null: now */
      readonly point: number | null;
    }
  /** the text's tokens on a plane; `point` as of `vectors` */
  | { readonly kind: 'map'; readonly point: number | null }
  | ({
      readonly kind: 'attention';
      /** null: what is looked at most */ readonly other: number | null;
    } & HeadPlace)
  | { readonly kind: 'thumbnails' }
  | ({ readonly kind: 'mix' } & HeadPlace)
  | {
      readonly kind: 'neurons';
      readonly layer: number;
      readonly position: number;
      readonly silenced: number | null;
    }
  /** where in the workspace a neuron fires most; the answer grows. null: the neuron that fires most at the position */
  | {
      readonly kind: 'firingLines';
      readonly layer: number;
      readonly position: number;
      readonly neuron: number | null;
    }
  | { readonly kind: 'scores'; readonly position: number }
  | { readonly kind: 'parts'; readonly position: number }
  | ({ readonly kind: 'choice' } & DrawQuestion)
  | {
      readonly kind: 'learning';
      readonly position: number;
      readonly rate: number;
      readonly weight: WeightPlace;
    }
  /** null: the likeliest token */
  | { readonly kind: 'why'; readonly position: number; readonly token: number | null }
  /** how the text would go on behind the place if these tokens came first */
  | { readonly kind: 'branch'; readonly position: number; readonly tokens: readonly number[] }
  /** of the engine alone: answers to `why` and `branch` grow by one of these at a time */
  | ({
      readonly kind: 'without';
      readonly position: number;
      readonly token: number;
    } & TokenRange)
  | {
      readonly kind: 'next';
      readonly position: number;
      /** behind the place */
      readonly tokens: readonly number[];
      /** the token that is taken then; null: the likeliest */
      readonly token: number | null;
    }
  /** whether the token is a guess; null: the likeliest */
  | { readonly kind: 'doubt'; readonly position: number; readonly token: number | null }
  /** where the text before the place stands in the workspace, too */
  | { readonly kind: 'seen'; readonly position: number }
  /** every number from the tokens to the loss, for paper */
  | { readonly kind: 'pass'; readonly position: number; readonly rate: number }
  | { readonly kind: 'messages' }
  /** a message token by token, by its number */
  | { readonly kind: 'call'; readonly message: number }
  /** what each part of the mixture says of a suggestion's tokens, of whose text so many bytes before the cursor have been taken */
  | { readonly kind: 'along'; readonly taken: number; readonly tokens: readonly NamedToken[] }
  | { readonly kind: 'explain'; readonly number: NumberName };

export type StageKind = StageQuestion['kind'];

/** What is asked of the run alone; the rest is asked of the index, remembered, or made of several answers. */
export type RunQuestion =
  | Exclude<
      StageQuestion,
      {
        kind: 'parts' | 'along' | 'doubt' | 'seen' | 'messages' | 'vocabulary' | 'merges' | 'branch' | 'call';
      }
    >
  | (Extract<StageQuestion, { kind: 'call' }> & { readonly asked: CallMessage })
  | (Extract<StageQuestion, { kind: 'vocabulary' | 'merges' }> & {
      /** how often each token stands in the workspace; null: nobody has counted, or it is the essay's */
      readonly counts: Uint32Array | null;
    });

/** Tokens [from, to) of a run. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** A token of a continuation, with what else might have come in its place. */
export interface BranchToken extends ScoredToken {
  readonly rank: number;
  readonly top: readonly ScoredToken[];
}

/** A token, and how likely it was where it stands, among all. */
export interface ReadToken extends NamedToken {
  readonly probability: number;
}

/** What the token vectors of a model were at first: random numbers, those of the base model, or nobody knows. */
export type VectorOrigin =
  { readonly from: 'seed'; readonly seed: number } | { readonly from: 'base' | 'unknown' };

export interface StageAnswers {
  readonly overview: {
    readonly firing: number;
    readonly neurons: number;
    /** the largest share that the head gives to a token from here */
    readonly looksMost: number;
    readonly top: ScoredToken;
    readonly entropy: number;
    /** nats; null where nothing follows */
    readonly loss: number | null;
  };
  readonly operations: OperationGraph;
  readonly merges: {
    /** the token's pieces after each merge, first the single bytes; none: it has too many */
    readonly steps: readonly {
      readonly pieces: readonly string[];
      /** number of the merge in the order of learning, from 1; null for the first step */
      readonly merge: number | null;
      /** index of the piece that was made */
      readonly made: number | null;
      /** how often the pair is joined in the workspace; null for the first step, and where nobody has counted */
      readonly count: MergeCount | null;
    }[];
  };
  readonly vocabulary: VocabularyRows;
  readonly vectors: {
    readonly origin: VectorOrigin;
    /** steps after which the vectors are known, the first first; now is not among them */
    readonly points: readonly number[];
    /** at the point, as all that follows */
    readonly vector: readonly number[];
    readonly other: readonly number[];
    readonly dot: number;
    readonly cosine: number;
    /** the token's vector now, and how alike it is to the one at the point */
    readonly now: readonly number[];
    readonly change: number;
    /** of the token's vector at each of the points, and now: how far it is from the first, and how alike to now */
    readonly drift: readonly { readonly distance: number; readonly cosine: number }[];
    readonly neighbours: readonly (NamedToken & { readonly cosine: number })[];
  };
  readonly map: {
    /** share of the variance that x and y keep */
    readonly kept: readonly [number, number];
    readonly tokens: readonly (NamedToken & { readonly x: number; readonly y: number })[];
  };
  readonly attention: {
    /** of each token up to the place: q · k, ÷ √d, and its share; they add up to 1 */
    readonly products: readonly number[];
    readonly scores: readonly number[];
    readonly weights: readonly number[];
    /** of the token, before and after the rotation by its position; of the token that is looked at the same, and what it gives */
    readonly query: readonly number[];
    readonly rotatedQuery: readonly number[];
    readonly other: number;
    readonly key: readonly number[];
    readonly rotatedKey: readonly number[];
    readonly value: readonly number[];
    /** of few tokens, all of q · k ÷ √d, row by row, those ahead of a row included; null: there are too many to be read */
    readonly grid: readonly number[] | null;
    /** u8[side, side]: shares × 255, rows look at columns; the side is the text's tokens, or less, and a cell the largest share of several */
    readonly picture: ArrayBuffer;
    readonly side: number;
    readonly tokens: number;
  };
  readonly thumbnails: {
    readonly size: number;
    /** u8[layers, heads, size, size]: the largest share of each cell × 255 */
    readonly pictures: ArrayBuffer;
  };
  readonly mix: {
    /** the token's vector as the heads read it: brought to one size */
    readonly normal: readonly number[];
    readonly weights: readonly number[];
    /** of the head: Σ weight × value */
    readonly context: readonly number[];
    /** of all heads, through the output matrix */
    readonly attended: readonly number[];
    readonly before: readonly number[];
    readonly after: readonly number[];
  };
  readonly neurons: {
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly firing: number;
    /** the token's vector as the neurons read it, what they add, and the sum */
    readonly normal: readonly number[];
    readonly added: readonly number[];
    readonly output: readonly number[];
    /** the likeliest tokens as they are, and with the neuron silenced in all of the text */
    readonly top: readonly ScoredToken[];
    readonly topSilenced: readonly ScoredToken[] | null;
  };
  /** null: there is no text of the workspace to read */
  readonly firingLines: FiringLines | null;
  readonly scores: {
    /** f32[vocabulary] */
    readonly logits: ArrayBuffer;
    /** the last vector, brought to one size: each score is its product with a token's vector */
    readonly normal: readonly number[];
    /** the likeliest tokens, and the one that really follows, by what they say */
    readonly named: readonly NamedToken[];
    readonly actual: number | null;
    /** what each layer would say if it were the last one */
    readonly layers: readonly ScoredToken[];
  };
  readonly parts: Parts | null;
  readonly choice: {
    /** in the order on the ruler */
    readonly intervals: readonly (NamedToken & { readonly from: number; readonly to: number })[];
    /** how many tokens more share the rest of the ruler; 0 where they were filtered out */
    readonly others: number;
    readonly draw: number;
    readonly drawn: NamedToken;
    readonly greedy: NamedToken;
  };
  readonly learning: {
    readonly actual: ScoredToken | null;
    readonly vocabulary: number;
    /** p − y of the likeliest tokens and of the one that came */
    readonly errors: readonly (ScoredToken & { readonly error: number })[];
    readonly weight: { readonly value: number; readonly gradient: number; readonly after: number };
    /** mean loss of the run, and the probability of what came here, before and after one step down all gradients */
    readonly meanBefore: number;
    readonly meanAfter: number;
    readonly probabilityAfter: number | null;
    /** the same with a step as the training takes it; null: of the essay's example, which goes down its gradients, or nothing is taught */
    readonly trained: {
      readonly step: OptimizerStep;
      readonly meanAfter: number;
      readonly probabilityAfter: number | null;
    } | null;
  };
  readonly why: {
    readonly token: NamedToken;
    readonly probability: number;
    readonly logit: number;
    /** the lines before that are tried without, in the order in which they are tried */
    readonly lines: readonly (TokenRange & {
      /** what gradient × input says of the line: about how much more ln p there is with it */
      readonly preview: number;
      /** of the token without the line, where later positions shift; null: not tried yet */
      readonly probability: number | null;
    })[];
    /** further lines, which gradient × input says less of */
    readonly untried: number;
    /** mean over all heads */
    readonly looked: readonly { readonly position: number; readonly share: number }[];
    /** they add up to the logit: the token's own vector (no layer), heads, and each layer's neurons (no head) */
    readonly parts: readonly {
      readonly layer: number | null;
      readonly head: number | null;
      readonly logit: number;
    }[];
  };
  readonly branch: {
    readonly tokens: readonly BranchToken[];
    /** nothing more is coming: the line has ended, or it is long enough */
    readonly done: boolean;
  };
  /** probability of the token without these tokens */
  readonly without: number;
  readonly next: BranchToken;
  /** null: of the essay, of a control token, or nobody has counted the workspace */
  readonly doubt: {
    readonly limits: DoubtLimits;
    readonly precedent: Precedent;
    readonly record: PrecedentRecord;
  } | null;
  readonly seen: EarlierMatch | null;
  /** null: the model is too large */
  readonly pass: WholePass | null;
  /** what completions of this window have asked the editor for and were told, the last first */
  readonly messages: readonly NumberedMessage[];
  /** null: the message is of a model before this one, or forgotten */
  readonly call: {
    /** all of the message's tokens, and those of the likeliest name that was chosen behind it */
    readonly message: readonly ReadToken[];
    readonly chosen: readonly ReadToken[];
  } | null;
  /** null: nobody has counted the workspace in such tokens, or the text has a secret */
  readonly along: PartsAlong | null;
  readonly explain: Explanation;
}

export type StageAnswer<Kind extends StageKind = StageKind> = {
  readonly [K in Kind]: { readonly kind: K; readonly answer: StageAnswers[K] };
}[Kind];
