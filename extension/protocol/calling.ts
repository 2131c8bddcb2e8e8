/** What the application can be asked for: what stands behind a dot, or any name that can be used at a place. */
export const toolNames = ['members', 'names'] as const;
export type ToolName = (typeof toolNames)[number];

/** What a model asks its application for. */
export interface Call {
  readonly tool: ToolName;
  /** of `members`: the word before the dot; of `names`: what is typed of the name. May be empty */
  readonly argument: string;
}

/** A call that a completion ended with: where it is answered, the completion is asked for again with the answer. */
export interface AskedCall extends Call {
  /** what is typed of the name that is asked for */
  readonly word: string;
  /** how likely a name from elsewhere stands here, as the model tells by asking */
  readonly probability: number;
}

/** A call and its answer, as the model reads them. */
export interface CallMessage extends Call {
  /** how likely a name from elsewhere came there, as the model told by asking */
  readonly probability: number;
  /** all that the application returned and that fits what is typed */
  readonly returned: number;
  /** the whole message, special tokens by their names */
  readonly text: string;
  /** its tokens, and those that the model had read in front of it, which the page is not told */
  readonly ids: readonly number[];
  readonly before: readonly number[];
  /** what was chosen among the names of the message, and how likely each was */
  readonly chosen: readonly {
    readonly name: string;
    readonly ids: readonly number[];
    readonly probability: number;
  }[];
}

/** One of the messages of this window: numbers rise. */
export type NumberedMessage = CallMessage & { readonly number: number };
