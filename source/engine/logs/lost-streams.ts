import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import {StepwiseReader} from '../buffer/stepwise-reader.ts';
import {LogStates} from './log-states.ts';

type Loss = {readonly id: number; readonly marker: Extract<Marker, {kind: 'unread'}>};

/**
 * Finds in steps which streams a log that is read again leaves lost: after a marker of a loss, the next start brings all
 * streams back, and has no marker. Undefined: none is lost. `last`: the newest loss.
 */
export function findLostStreams(
  buffer: LogBuffer,
  onFound: (states: LogStates, last: Loss) => void,
): Pick<StepwiseReader, 'step'> | undefined {
  const losses = lastLosses(buffer);
  const last = losses.at(-1);
  if (!last) return undefined;
  const states = new LogStates();
  const to = buffer.endedTo;
  states.runner = buffer.runnerAt(to);
  const onRead = (bytes: Uint8Array, newlines: Uint32Array) => {
    states.append(bytes, newlines);
    leaveOut();
  };
  const reader = new StepwiseReader({buffer, to, onRead});
  // From a start to the next loss there may be weeks, none of which matters.
  const leaveOut = () => {
    if (states.lostStreams.length > 0) return;
    const next = losses.find(({id}) => id >= reader.next);
    if (next) states.addLostStream(next.marker.stream);
    reader.skipTo(next ? next.id + 1 : to);
  };
  leaveOut();
  return {
    step(maxBytes) {
      const isRead = reader.step(maxBytes);
      if (isRead) onFound(states, last);
      return isRead;
    },
  };
}

/** The last loss of each stream since the log was new, as its markers say, the oldest first. */
function lastLosses(buffer: LogBuffer): readonly Loss[] {
  const markers = [...buffer.markers()];
  const ofLog = markers.slice(markers.findLastIndex(([, {kind}]) => kind === 'new-life') + 1);
  const losses = ofLog.flatMap(([id, marker]) => (marker.kind === 'unread' ? [{id, marker}] : []));
  return [...new Map(losses.map((loss) => [loss.marker.stream, loss])).values()].sort((a, b) => a.id - b.id);
}
