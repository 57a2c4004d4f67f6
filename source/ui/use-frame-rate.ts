import {useEffect, useRef} from 'react';
import type {Pane} from './controller.ts';
import type {Layout} from './layout.ts';
import type {Services} from './services.ts';

/** Tells the frame rate after each frame with new lines whether they have taken all rows of the pane. */
export function useFrameRate({frameRate}: Pick<Services, 'frameRate'>, pane: Pane | undefined, layout: Layout): void {
  const drawn = useRef<{readonly name: string; readonly endId: number}>(undefined);
  useEffect(() => {
    const before = drawn.current;
    drawn.current = pane && {name: pane.tab.name, endId: pane.model.source.buffer.endId};
    if (!pane || !before || pane.tab.name !== before.name || drawn.current?.endId === before.endId) return;
    const isFollowing = pane.tab.pane.position.kind === 'follow';
    frameRate?.drew({
      isAllNew: isFollowing && pane.model.entries.countFrom(before.endId) >= layout.paneHeight,
    });
  });
}
