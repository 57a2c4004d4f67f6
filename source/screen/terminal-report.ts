import type {MouseReport} from '../ui/mouse.ts';

/** What a terminal reports between the keys. */
export type TerminalReport = {readonly kind: 'focus' | 'blur'} | MouseReport;

const esc = '\u001B';
const mouse = new RegExp(`^${esc}\\[<(\\d{1,5});(\\d{1,5});(\\d{1,5})([Mm])$`);

/** Reads one whole escape sequence as a report of DEC mode 1004 (focus) or 1006 (mouse); undefined: it is none. */
export function terminalReport(sequence: string): TerminalReport | undefined {
  if (sequence === `${esc}[I`) return {kind: 'focus'};
  if (sequence === `${esc}[O`) return {kind: 'blur'};
  const match = mouse.exec(sequence);
  if (!match) return undefined;
  const [, button, column, row, end] = match;
  return {
    kind: 'mouse',
    button: Number(button),
    column: Number(column) - 1,
    row: Number(row) - 1,
    pressed: end === 'M',
  };
}
