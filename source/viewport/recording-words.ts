import type {RecordingState} from '../storage/recording-state.ts';
import {byteSize} from './words.ts';

/** What a change of the recording means for a person, in one line; undefined when it is not worth one. */
export function recordingWords(
  before: RecordingState | undefined,
  now: RecordingState | undefined,
): string | undefined {
  if (now === undefined || now.kind === 'opening') return undefined;
  switch (now.kind) {
    case 'read-only':
      return before?.kind === 'read-only'
        ? undefined
        : `not recorded: process ${now.by} is recording it in ${now.folder}`;
    case 'stopped':
      return before?.kind === 'stopped' && before.why === now.why
        ? undefined
        : `recording has stopped: ${now.why} · trying again`;
    case 'recording': {
      if (before?.kind !== 'stopped') return undefined;
      const missed = now.missedBytes === 0 ? 'nothing was missed' : `${byteSize(now.missedBytes)} are missing in it`;
      return `recording again · ${missed}`;
    }
  }
}
