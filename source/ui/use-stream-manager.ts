import {createContext, useContext, useEffect} from 'react';
import type {LogStream} from '../streams/log-stream.ts';
import type {StreamManager} from '../streams/stream-manager.ts';
import {useStore} from './use-store.ts';

/** The one manager that every component shares: a tab has one connection, however many components show it. */
export const StreamManagerContext = createContext<StreamManager | undefined>(undefined);

/** What a component needs of the manager. */
export type Streams = {
  /** Names with an open stream, in the order of opening. */
  readonly names: readonly string[];
  readonly stream: (name: string) => LogStream | undefined;
};

/**
 * The open streams. With `wanted`, a stream is held open for each of these names and for no other: opened when a name
 * appears, closed and freed when it goes. Only one component, the root, says what is wanted.
 */
export function useStreamManager(wanted?: readonly string[]): Streams {
  const manager = useContext(StreamManagerContext);
  if (!manager) throw new Error('useStreamManager is used outside StreamManagerContext');
  const names = useStore(manager.names);
  useEffect(() => {
    if (!wanted) return;
    for (const name of manager.names.get()) if (!wanted.includes(name)) manager.close(name);
    for (const name of wanted) manager.open(name);
  }, [manager, wanted]);
  return {names, stream: (name) => manager.get(name)};
}
