import {findMatches} from '../buffer/find-matches.ts';
import type {LogBuffer, RunnerMark} from '../buffer/log-buffer.ts';
import type {Marker, OutputStream} from '../buffer/markers.ts';
import {compilePattern} from '../buffer/pattern.ts';
import {LogStates} from './log-states.ts';

type Loss = {readonly id: number; readonly marker: Extract<Marker, {kind: 'unread'}>};

/** In each line of a runner that tells of a start. */
const startPattern = compilePattern('Resources transition: stopped ->');

/**
 * Finds in steps which streams a log that is read again leaves lost: after a marker of a loss, the next start brings all
 * streams back, and has no marker. Undefined: none is lost. `last`: the newest loss.
 */
export function findLostStreams(
  buffer: LogBuffer,
  onFound: (streams: readonly OutputStream[], last: Loss) => void,
): {readonly step: (maxBytes: number) => boolean} | undefined {
  let losses = lastLosses(buffer);
  const [first, last] = [losses[0], losses.at(-1)];
  if (!first || !last) return undefined;
  const to = buffer.endedTo;
  const runner = buffer.runnerAt(to);
  let next = first.id + 1;
  return {
    /** Reads about `maxBytes` more bytes. True: all is found. */
    step(maxBytes) {
      const from = Math.max(next, buffer.firstId);
      const found = findMatches({buffer, pattern: startPattern}, {from, to, maxBytes});
      next = Math.max(from, found?.next ?? to);
      const start = found?.matches.find((id) => isStart(buffer.lineAt(id), runner));
      if (start !== undefined) {
        losses = losses.filter(({id}) => id > start);
        // From a start to the next loss there may be weeks, none of which matters.
        next = (losses[0]?.id ?? to) + 1;
      }
      if (next < to) return false;
      onFound(
        losses.map(({marker}) => marker.stream),
        last,
      );
      return true;
    },
  };
}

function isStart(line: Buffer | undefined, runner: RunnerMark | undefined): boolean {
  const states = new LogStates();
  states.runner = runner;
  states.resumeLine(line);
  return states.endLine()?.kind === 'start';
}

/** The last loss of each stream since the log was new, as its markers say, the oldest first. */
function lastLosses(buffer: LogBuffer): readonly Loss[] {
  const markers = [...buffer.markers()];
  const ofLog = markers.slice(markers.findLastIndex(([, {kind}]) => kind === 'new-life') + 1);
  const losses = ofLog.flatMap(([id, marker]) => (marker.kind === 'unread' ? [{id, marker}] : []));
  return [...new Map(losses.map((loss) => [loss.marker.stream, loss])).values()].sort((a, b) => a.id - b.id);
}
