/** Where the bearer token of each request comes from. */
export type Credentials = {
  /** The token to send now; undefined: none. Rejects with an `ApiError`: `no-token`, or cancelled by `signal`. */
  readonly token: (signal: AbortSignal) => Promise<string | undefined>;
  /** The server answered 401 to this token. True: another one may be had, so the request is worth repeating. */
  readonly refused: (token: string) => boolean;
  /** When this token was made, in wall milliseconds, where tokens are made; `given`: it is what the user gave. */
  readonly madeAt: (token: string) => number | 'given';
  /** What must not be shown, wherever it is echoed: the tokens in use, and those until lately. */
  readonly secrets: () => readonly string[];
  /** Ends what is under way. */
  readonly close: () => void;
};

/** What a header can carry without being taken apart. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** An API key (`apikey:…`) or a JWT that stays what it is, or no credential. Throws when no header can carry it. */
export function fixedCredentials(token: string | undefined): Credentials {
  if (token !== undefined && !isToken(token)) {
    throw new Error('the API key is empty or holds characters that a header cannot carry (a space, a line break)');
  }
  const secrets = token === undefined ? [] : [token];
  return {
    token: () => Promise.resolve(token),
    refused: () => false,
    madeAt: () => 'given',
    secrets: () => secrets,
    close: () => {},
  };
}
