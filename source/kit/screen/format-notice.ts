import {needsFormat} from '../../engine/filters/filter.ts';
import {hasCaughtUp} from '../../engine/logs/log-snapshot.ts';
import {notRecognised} from '../../engine/records/log-format.ts';
import type {PaneView} from '../state/pane-view.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';
import type {Services} from './services.ts';

type ShownTab = {readonly services: Pick<Services, 'catalog' | 'logs'>; readonly tab: Tab | undefined};

/**
 * Why levels and times mean nothing in the shown tab; undefined: they do, or that is not known. A pipeline's log has lines
 * without them, such as those that programs print, and may get others at any time.
 */
export function formatProblem({services: {catalog, logs}, tab}: ShownTab): string | undefined {
  const names = tab ? pipelinesOf(tab) : [];
  if (names.length === 0 || catalog.capabilitiesOf(names).hasServer) return undefined;
  const isUnrecognised = (name: string) => {
    const log = logs.get(name);
    return log !== undefined && log.format.isRecognised === false && hasCaughtUp(log.snapshot.get());
  };
  return names.every(isUnrecognised) ? notRecognised : undefined;
}

type Screen = ShownTab & {
  readonly changePane: (change: Partial<PaneView>) => void;
  readonly say: (text: string) => void;
};

/** Says that of the tab of this name once it is read, if it is shown: filters that would hide all of it are off. */
export function tellFormat(screen: Screen, name: string): void {
  const {tab} = screen;
  const problem = tab?.name === name ? formatProblem(screen) : undefined;
  if (!tab || problem === undefined) return;
  const filters = tab.pane.filters.map((each) => (needsFormat(each.filter) ? {...each, on: false} : each));
  screen.changePane({filters});
  screen.say(problem);
}
