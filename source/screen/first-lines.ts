import type {StreamManager} from '../streams/stream-manager.ts';
import {eachStream} from '../ui/each-stream.ts';

/** Calls `draw` when an open log has its first lines, which somebody may wait for. Answers the end of it. */
export function watchFirstLines(manager: StreamManager, draw: (name: string) => void): () => void {
  return eachStream(manager, ({name, snapshot}) => {
    let isOver = snapshot.get().lineCount > 0;
    return snapshot.subscribe(() => {
      if (isOver || snapshot.get().lineCount === 0) return;
      isOver = true;
      draw(name);
    });
  });
}
