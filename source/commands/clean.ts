import {sanitise} from '../terminal/sanitise.ts';

/** Text from a server or a file as it can be printed to a terminal: without colours, and nothing in it is obeyed. */
export function clean(text: string): string {
  return sanitise(text).text;
}
