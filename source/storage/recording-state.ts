/** What becomes of a tab's recording, for people. */
export type RecordingState =
  /** Its folder is being looked for, locked and read. */
  | {readonly kind: 'opening'}
  /** `missedBytes`: what earlier trouble kept from being recorded, for good. */
  | {readonly kind: 'recording'; readonly folder: string; readonly missedBytes: number}
  /** Another program writes this recording: its id, if it is known. */
  | {readonly kind: 'read-only'; readonly folder: string; readonly by: number}
  /** Nothing is written: `why` in one sentence, `since` in wall milliseconds. It is tried again. */
  | {readonly kind: 'stopped'; readonly why: string; readonly since: number; readonly missedBytes: number};
