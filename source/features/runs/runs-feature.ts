import {type Filter, type FilterEntry, withFilter} from '../../engine/filters/filter.ts';
import type {Run} from '../../engine/records/runs.ts';
import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';

export const runs: Feature = {
  keys: {
    'log: find': [
      {
        id: 'this-run',
        keys: ['R'],
        help: 'this run only, or all runs',
        run(screen) {
          const at = screen.paneOnScreen;
          // Before the current record is needed: if everything is hidden, there is none.
          if (!at || showAllRuns(screen, at)) return;
          // The start of one pipeline is between the lines of another.
          if (at.tab.merges) {
            screen.sayHint('a merged log has no runs', 'this-run', 'show one in the tab of a pipeline');
            return;
          }
          const run = at.current === undefined ? undefined : at.model.index.runAt(at.current);
          if (!run) {
            screen.say('this line is in no run');
            return;
          }
          const others = at.tab.pane.filters.filter(({filter}) => filter.kind !== 'between');
          screen.changePane({filters: withFilter(others, rangeOf(run, at))});
        },
      },
    ],
  },
};

type Between = Extract<Filter, {kind: 'between'}>;

/** `to` is computed at each read: the last run grows until the next one begins. */
function rangeOf({firstId}: Run, {model}: PaneOnScreen): Between {
  return {
    kind: 'between',
    from: firstId,
    get to() {
      // Its first entries may have been dropped.
      const run = model.index.runAt(Math.max(firstId, model.source.buffer.firstId));
      // Another run: this one has left the scrollback.
      return run?.firstId === firstId ? run.endId : firstId;
    },
  };
}

/** Returns false if the filter by a run is not on. */
function showAllRuns(screen: Screen, {tab}: PaneOnScreen): boolean {
  const isOfRun = ({filter, on}: FilterEntry) => on && filter.kind === 'between';
  const others = tab.pane.filters.filter((entry) => !isOfRun(entry));
  if (others.length === tab.pane.filters.length) return false;
  screen.changePane({filters: others});
  return true;
}
