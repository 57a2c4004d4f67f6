import {timeChoices} from './choices.ts';
import type {Option} from './options.ts';
import {themeNames} from './palette.ts';

/** Options of how logs and list look at the start: all that keys change, too. */
export const viewOptions = [
  {
    flag: 'theme',
    value: 'NAME',
    fallback: 'default',
    help: "the terminal's colours (default), those for a light or a dark ground (light, dark, solarized-light, solarized), none (mono), or your own",
    choices: themeNames,
    commands: ['screen'],
  },
  {
    flag: 'wrap',
    help: 'long lines go on in the next row',
    commands: ['screen'],
  },
  {
    flag: 'as-sent',
    help: 'lines as they came, with their own times and names, not the compact form',
    commands: ['screen'],
  },
  {
    flag: 'time',
    value: 'HOW',
    example: 'local',
    help: 'sent (UTC), local, utc (with the date), relative, delta or off; sent without --zone, local with it',
    choices: timeChoices,
    commands: ['screen'],
  },
  {
    flag: 'zone',
    value: 'ZONE',
    example: 'Europe/Berlin',
    help: "the time zone of local times, such as Europe/Berlin or UTC; else the system's",
    commands: ['screen'],
  },
  {
    flag: 'sidebar',
    value: 'CELLS',
    fallback: 'auto',
    help: 'how wide the list is, 8 at least; auto goes by the width of the terminal, off hides it',
    commands: ['screen'],
  },
] as const satisfies readonly Option[];
