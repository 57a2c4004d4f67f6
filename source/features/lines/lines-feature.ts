import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {timeModes, wrapModes} from '../../kit/settings/option-table.ts';
import type {PaneView} from '../../kit/state/pane-view.ts';

export const lines: Feature = {
  keys: {
    'log: show': [
      {
        id: 'wrap',
        keys: ['w'],
        help: 'wrap warnings and errors, all lines, or none',
        core: {task: 'log', words: 'wrap lines'},
        hint: 'wrap',
        run(screen) {
          const {tab} = screen;
          if (!tab) return;
          const wrap = nextOf(wrapModes, tab.pane.wrap) ?? 'errors';
          screen.changePane({wrap});
          screen.say(wrapWords[wrap]);
        },
      },
      {
        id: 'as-sent',
        keys: ['J'],
        help: 'lines as sent, or compact',
        hint: {isAsSent: 'compact', else: 'as sent'},
        run: (screen) => change(screen, ({asSent}) => ({asSent: !asSent})),
      },
      {
        id: 'time',
        keys: ['t'],
        help: 'times: as sent, local, UTC with date, age, since the previous line, off',
        run(screen) {
          if (screen.tab?.pane.asSent) {
            screen.sayHint('lines are shown as sent, with their own times', 'as-sent', 'show them compact');
            return;
          }
          change(screen, ({time}) => {
            const next = nextOf(timeModes, time) ?? 'sent';
            screen.say(timeWords[next]);
            return {time: next};
          });
        },
      },
    ],
  },
};

const timeWords: Readonly<Record<PaneView['time'], string>> = {
  sent: 'times as sent (UTC)',
  local: 'local times',
  utc: 'times in UTC, with the date',
  relative: 'age of each line',
  delta: 'time since the previous line',
  off: 'no times',
};

const wrapWords: Readonly<Record<PaneView['wrap'], string>> = {
  off: 'wrap off: every line is one row',
  errors: 'wrap warnings and errors: every other line is one row',
  all: 'wrap all: every long line continues in the next row',
};

function nextOf<T>(all: readonly T[], now: T): T | undefined {
  return all[(all.indexOf(now) + 1) % all.length];
}

function change(screen: Screen, by: (view: PaneView) => Partial<PaneView>): void {
  const {tab} = screen;
  if (tab) screen.changePane(by(tab.pane));
}
