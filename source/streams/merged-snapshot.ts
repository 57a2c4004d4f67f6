import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {ConnectionEvent, ConnectionState} from './connection-state.ts';
import {eventsKept} from './event-history.ts';
import {bufferFacts, type TabSnapshot} from './tab-snapshot.ts';

/** From what a person has to act on to what is well. */
const worstFirst: readonly ConnectionState['kind'][] = [
  'gone',
  'waiting',
  'ended',
  'connecting',
  'catching-up',
  'idle',
  'live',
];

/** A source of a merged log as it is now; `left`: nothing more is taken from it. */
export type SourceState = {readonly name: string; readonly snapshot: TabSnapshot; readonly left: boolean};

/** The connection that keeps a merged log from being complete; idle when there is none. */
export function worstConnection(connections: readonly ConnectionState[]): ConnectionState {
  for (const kind of worstFirst) {
    const found = connections.find((connection) => connection.kind === kind);
    if (found) return found;
  }
  return {kind: 'idle'};
}

/**
 * What a merged log shows beside its lines: those of its own buffer, the errors and the last byte of all sources, the
 * worst connection of those that are still followed, and all events with the names of their sources.
 */
export function mergedSnapshot(
  buffer: LogBuffer,
  sources: readonly SourceState[],
  ownConnection: ConnectionState | undefined,
): TabSnapshot {
  const connections = sources.flatMap(({snapshot, left}) => (left ? [] : snapshot.connection));
  const lastBytes = sources.flatMap(({snapshot}) => snapshot.lastByteAt ?? []);
  return {
    ...bufferFacts(buffer),
    connection: worstConnection(ownConnection ? [ownConnection, ...connections] : connections),
    errorCount: sources.reduce((sum, {snapshot}) => sum + snapshot.errorCount, 0),
    events: mergedEvents(sources),
    pipelineId: undefined,
    lastByteAt: lastBytes.length > 0 ? Math.max(...lastBytes) : undefined,
  };
}

function mergedEvents(sources: readonly SourceState[]): readonly ConnectionEvent[] {
  return sources
    .flatMap(({name, snapshot}) => snapshot.events.map(({at, text}) => ({at, text: `${name}: ${text}`})))
    .sort((a, b) => a.at - b.at)
    .slice(-eventsKept);
}
