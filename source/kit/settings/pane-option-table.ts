import {type Option, screens} from './option.ts';

/** In the order in which a key switches between them. */
export const wrapModes = ['off', 'errors', 'all'] as const;
export const timeModes = ['sent', 'local', 'utc', 'relative', 'delta', 'off'] as const;

const settingOfScreens = {commands: screens, setting: true} as const;

/** Options of the view of each tab with their keys: a part of the table of options, in the order of both. */
export const paneRows = [
  {
    flag: 'wrap',
    value: 'WHICH',
    fallback: 'errors',
    help: 'which long lines continue in the next row: none (off), warnings and errors (errors) or all',
    choices: wrapModes,
    off: 'off',
    ...settingOfScreens,
    view: 'pane',
    key: {
      keys: ['w'],
      help: 'wrap warnings and errors, all lines, or none',
      core: {task: 'log', words: 'wrap lines'},
      says: {
        off: 'wrap off: every line is one row',
        errors: 'wrap warnings and errors: every other line is one row',
        all: 'wrap all: every long line continues in the next row',
      },
    },
  },
  {
    flag: 'as-sent',
    help: 'show lines as sent, with their own times and names, instead of the compact form',
    ...settingOfScreens,
    view: 'pane',
    key: {keys: ['J'], help: 'lines as sent, or compact'},
  },
  {
    flag: 'time',
    value: 'HOW',
    example: 'local',
    help: 'how times are shown: sent (UTC), local, utc (with the date), relative, delta or off; default: sent, or local if a zone is set',
    core: 'times as sent, local, utc, relative, delta or off',
    choices: timeModes,
    commands: screens,
    view: 'pane',
    key: {
      keys: ['t'],
      help: 'times: as sent, local, UTC with date, age, since the previous line, off',
      says: {
        sent: 'times as sent (UTC)',
        local: 'local times',
        utc: 'times in UTC, with the date',
        relative: 'age of each line',
        delta: 'time since the previous line',
        off: 'no times',
      },
    },
  },
] as const satisfies readonly Option[];
