import type {EventEmitter} from 'node:events';

/**
 * Keeps signals from what listens to them, and from their default effect, until the answer is called. Signals that
 * come meanwhile are lost.
 */
export function holdSignals(process: EventEmitter, signals: readonly string[]): () => void {
  const ignore = () => {};
  const held = signals.map((signal) => {
    const listeners = process.rawListeners(signal);
    // First: a moment without any listener would give the signal its default effect.
    process.on(signal, ignore);
    for (const listener of listeners) process.off(signal, listener as () => void);
    return {signal, listeners};
  });
  return () => {
    for (const {signal, listeners} of held) {
      for (const listener of listeners) process.on(signal, listener as () => void);
      process.off(signal, ignore);
    }
  };
}
