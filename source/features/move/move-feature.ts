import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {follow, type Geometry, hold, moveBy, scrollBy, toTop, visiblePlaces} from '../../kit/viewport/position.ts';

export const move: Feature = {
  keys: {
    'log: move': [
      {
        id: 'up',
        keys: ['Up', 'k', '^Y'],
        help: 'a line up',
        run: (screen) => screen.move((position, geometry) => moveBy(position, geometry, -1)),
      },
      {
        id: 'down',
        keys: ['Down', 'j', '^E'],
        help: 'a line down',
        run: (screen) => screen.move((position, geometry) => moveBy(position, geometry, 1)),
      },
      {
        id: 'page-up',
        keys: ['PageUp', 'b', '^B'],
        help: 'a page up',
        run: (screen) => screen.move((position, geometry) => scrollBy(position, geometry, -pageOf(geometry))),
      },
      {
        id: 'page-down',
        keys: ['PageDown', 'Space', '^F'],
        help: 'a page down',
        run: (screen) => screen.move((position, geometry) => scrollBy(position, geometry, pageOf(geometry))),
      },
      {
        id: 'half-up',
        keys: ['^U'],
        help: 'half a page up',
        run: (screen) => screen.move((position, geometry) => scrollBy(position, geometry, -halfOf(geometry))),
      },
      {
        id: 'half-down',
        keys: ['^D'],
        help: 'half a page down',
        run: (screen) => screen.move((position, geometry) => scrollBy(position, geometry, halfOf(geometry))),
      },
      {
        id: 'top',
        keys: ['g', 'Home'],
        help: 'top of the log',
        run: (screen) => screen.move(toTop),
      },
      {
        id: 'bottom',
        keys: ['G', 'End'],
        help: 'end of the log, and follow',
        core: {task: 'log', words: 'end, and follow'},
        synonyms: ['bottom', 'live', 'tail', 'less'],
        hint: {isPaused: 'follow', isAbove: 'bottom'},
        run: (screen) => screen.move(() => follow),
      },
      {
        id: 'pan-left',
        keys: ['Left', 'h'],
        help: 'half a screen to the left',
        synonyms: ['pan', 'scroll'],
        run: (screen) => pan(screen, (at, half) => at - half),
      },
      {
        id: 'pan-right',
        keys: ['Right', 'l'],
        help: 'half a screen to the right',
        synonyms: ['pan', 'scroll'],
        run: (screen) => pan(screen, (at, half) => at + half),
      },
    ],
    'log: follow': [
      {
        id: 'pause',
        keys: ['p'],
        help: 'pause or resume',
        core: {task: 'log', words: 'pause, resume'},
        synonyms: ['freeze', 'hold'],
        hint: {isFollowing: 'pause'},
        run: (screen) =>
          screen.move((position, geometry) => (position.kind === 'follow' ? hold(position, geometry) : follow)),
      },
      {id: 'follow', keys: ['F'], help: 'follow the end of the log', run: (screen) => screen.move(() => follow)},
    ],
  },
};

function pan(screen: Screen, change: (at: number, half: number) => number): void {
  const at = screen.paneOnScreen;
  if (!at) return;
  if (at.tab.pane.wrap === 'all') {
    screen.sayHint('wrapped lines do not scroll sideways', 'wrap', 'unwrap them');
    return;
  }
  const half = Math.floor(at.layout.paneWidth / 2);
  const most = Math.max(0, longestShown(at) - half);
  const before = at.tab.pane.pan;
  const pan = Math.max(0, Math.min(change(before, half), Math.max(most, before)));
  screen.changePane({pan, revealed: undefined});
}

const pageOf = (geometry: Geometry) => Math.max(1, geometry.height - 1);
const halfOf = (geometry: Geometry) => Math.max(1, Math.floor(geometry.height / 2));

/** Width in cells of the longest line on the screen, margin excluded. */
function longestShown({rows, tab, layout, geometry}: PaneOnScreen): number {
  const renderer = rows.renderer(tab.pane, layout);
  return Math.max(0, ...visiblePlaces(tab.pane.position, geometry).map((place) => renderer.lineWidth(place.id)));
}
