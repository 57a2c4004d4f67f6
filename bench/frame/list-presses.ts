import type {Terminal} from '../../test/harness/terminal.ts';
import type {Press} from './key-times.ts';

/** The list as text, without the row at its top, which may be the prompt's. */
function list(terminal: Terminal): string {
  const rows = terminal.screen().slice(1, -2);
  const divider = rows[0]?.indexOf('│') ?? 0;
  return rows.map((row) => row.slice(0, divider)).join('\n');
}

function changes(key: string): Press {
  return {
    key,
    sight: (terminal) => {
      const before = list(terminal);
      return () => list(terminal) !== before;
    },
  };
}

const scroll = ['End', 'PageUp', 'PageUp', 'k', 'PageDown', 'j', 'Home', 'PageDown', 'PageDown', 'PageDown'].map(
  changes,
);
const asks = (terminal: Terminal) => terminal.row(-2).includes('find /');

/** Keys of a long list whose names end in numbers: scroll, sort three times round, filter by a part of the name. */
export const listPresses: readonly Press[] = [
  ...scroll,
  ...['o', 'o', 'o', 'End', 'Home'].map(changes),
  {key: '/', sight: (terminal) => () => asks(terminal)},
  ...['4', '9', 'Backspace', 'Backspace'].map(changes),
  {key: 'Enter', sight: (terminal) => () => !asks(terminal)},
];
