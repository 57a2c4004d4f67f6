import type {Terminal} from '../../test/harness/terminal.ts';
import type {Press} from './key-times.ts';

/** In the row above the keys. */
const statusHas = (word: string) => (terminal: Terminal) => () => terminal.row(-2).includes(word);
/** As it is titled now, and was in commits of before. */
const events = /\b(?:Connection|Events) of /;

const openEvents: Press = {key: 'i', sight: (terminal) => () => events.test(terminal.text())};
const closeEvents: Press = {key: 'i', sight: (terminal) => () => !events.test(terminal.text())};
const asSent: Press = {key: 'J', sight: statusHas('as sent')};
const compact: Press = {key: 'J', sight: (terminal) => () => !statusHas('as sent')(terminal)()};
const turn: readonly Press[] = [openEvents, closeEvents, asSent, compact];

/** Rows that hold the log whatever else there is; while it is held, only a key moves them. */
const paneRows = (terminal: Terminal) => terminal.screen().slice(4, 12).join('\n');

function moves(key: string): Press {
  return {
    key,
    sight: (terminal) => {
      const before = paneRows(terminal);
      return () => paneRows(terminal) !== before;
    },
  };
}

const wrapWord = (terminal: Terminal) => /wrap (\w+)/.exec(terminal.row(-2))?.[1];

const changesWrap: Press = {
  key: 'w',
  sight: (terminal) => {
    const before = wrapWord(terminal);
    return () => ![before, undefined].includes(wrapWord(terminal));
  },
};

/** Keys of the log that change what is seen: while it follows, then while it is held, then back. */
export const logPresses: readonly Press[] = [
  ...turn,
  changesWrap,
  changesWrap,
  {key: 'p', sight: (terminal) => () => terminal.row(0).includes('PAUSED')},
  ...['PageUp', 'PageUp', 'PageDown', 'PageUp'].map(moves),
  ...turn,
  {key: 'G', sight: statusHas('following')},
];

/** At least `count` presses of these. */
export function repeated(presses: readonly Press[], count: number): Press[] {
  return Array.from({length: Math.ceil(count / presses.length)}, () => presses).flat();
}
