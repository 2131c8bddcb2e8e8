/** A server of completions that somebody has asked for, and confirmed where it is another machine. */
export interface RemoteEndpoint {
  /** the address that is asked, …/v1/completions */
  readonly url: string;
  /** as the server calls the model; null: it has one */
  readonly model: string | null;
  /** sent as a bearer token; null: none */
  readonly key: string | null;
  /** that one completion waits for the server, all requests together */
  readonly maxMilliseconds: number;
}

/** Why there is no answer of a server. */
export type RemoteFailure =
  | { readonly kind: 'late'; readonly milliseconds: number }
  /** `code`: the system's */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** with a status of HTTP */
  | { readonly kind: 'refused'; readonly status: number }
  /** than the model that completes here */
  | { readonly kind: 'otherTokens' }
  /** `detail`: what of the answer is not as it should be, for the log */
  | { readonly kind: 'unusable'; readonly detail: string };

/** How the server's part in a completion went. */
export type RemoteStatus =
  | { readonly state: 'answers' }
  /** it did not answer in time; or, for a while, it is not asked */
  | { readonly state: 'away'; readonly failure: RemoteFailure };
