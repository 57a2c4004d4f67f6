import {forEachLog, type LogRegistry} from '../../engine/logs/log-manager.ts';
import type {LogSnapshot} from '../../engine/logs/log-snapshot.ts';
import {recordingWords} from '../words/marker-words.ts';

/** Calls `notify` when the recording of an open log stops or continues, until the returned function is called. */
export function watchRecordings(logs: LogRegistry, notify: (text: string) => void): () => void {
  return forEachLog(logs, (log) => {
    const {snapshot} = log;
    let before: LogSnapshot['recording'];
    const check = () => {
      const {recording} = snapshot.get();
      if (recording === before) return;
      const words = recordingWords(before, recording);
      // The state after `opening` is compared with the state before it.
      if (recording?.kind !== 'opening') before = recording;
      if (words !== undefined) notify(`${log.name}: ${words}`);
    };
    check();
    return snapshot.subscribe(check);
  });
}
