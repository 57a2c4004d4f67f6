/** What packages say of the program. */
export type About = {
  readonly version: string;
  readonly description: string;
  readonly author: string;
  /** Empty: packages name none. */
  readonly address: string;
  /** Unix time of the commit, in s. */
  readonly time: number;
};
