import type {Feed} from '../../../source/engine/logs/feed.ts';
import {Log} from '../../../source/engine/logs/log.ts';
import type {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {capabilitiesOf} from '../../../source/engine/opened/found-log.ts';
import type {FakeClock} from '../../harness/fake-clock.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

/** An open log that is followed. */
export function followedLog(name: string, clock: FakeClock): {readonly log: Log; readonly say: (line: string) => void} {
  let sink: LogSink | undefined;
  const feed = (itsSink: LogSink): Feed => {
    sink = itsSink;
    const status = {connection: {kind: 'live'}, events: [], receivedAt: undefined} as const;
    return {name, capabilities: capabilitiesOf(undefined), status, start() {}};
  };
  const log = new Log({clock, fps: 1000, scrollbackBytes: 1e6, feed});
  const say = (line: string) => {
    sink?.append(...withNewlines(Buffer.from(`${line}\n`)));
    sink?.onChange();
  };
  return {log, say};
}

/** As logs have it. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
