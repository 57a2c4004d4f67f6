import {constants} from 'node:os';
import {type IPty, spawn} from '@lydell/node-pty';
import xterm, {type Terminal as Emulator} from '@xterm/headless';
import {modernWidths} from './modern-widths.ts';
import {type LinkSpeed, SlowLink} from './slow-link.ts';

/** How a program ended: with a code, or by a signal (`SIGTERM`). */
export type Exit = {readonly code: number; readonly signal: NodeJS.Signals | undefined};

export type EmulatedProgramOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** It becomes TERM, whatever the environment has. */
  readonly term: string;
  /** A line between the pseudoterminal and the emulator; undefined: none. */
  readonly link?: LinkSpeed | undefined;
  readonly ground?: string | undefined;
  /** What the program wrote, before the emulator has it. */
  readonly onBytes: (bytes: Buffer) => void;
  /** The emulator has taken it. */
  readonly onChange: () => void;
  /** The program has ended, and everything that it wrote is on the screen. */
  readonly onExit: (exit: Exit) => void;
};

export type EmulatedProgram = {
  readonly pty: IPty;
  readonly emulator: Emulator;
  readonly link: SlowLink | undefined;
  /** Sends keys, by way of the line if there is one. */
  readonly type: (bytes: string) => void;
};

/** Starts a program in a pseudoterminal whose output feeds an emulator, which replies to it. */
export function startInEmulator(options: EmulatedProgramOptions): EmulatedProgram {
  const {command, args, cols, rows, cwd, env, term, ground, onBytes, onChange, onExit} = options;
  const emulator = newEmulator(cols, rows);
  // One character a byte: what the program wrote, unchanged, wherever a read cuts it.
  const pty = spawn(command, [...args], {name: term, cols, rows, cwd, env, encoding: 'latin1'});
  const show = (bytes: Buffer) => emulator.write(bytes, onChange);
  const link = options.link && new SlowLink(options.link, pty, show);
  const type = (bytes: string) => (link ? link.type(bytes) : pty.write(bytes));
  pty.onData((data) => {
    const bytes = Buffer.from(data, 'latin1');
    onBytes(bytes);
    if (link) link.show(bytes);
    else show(bytes);
  });
  // Answers to questions about the terminal (device attributes, cursor position) go back to the program.
  emulator.onData(type);
  emulator.parser.registerOscHandler(11, () => {
    if (ground !== undefined) type(`\u001B]11;${ground}\u001B\\`);
    return true;
  });
  pty.onExit(async ({exitCode, signal}) => {
    await link?.isEmpty;
    emulator.write('', () => onExit({code: exitCode, signal: signalName(signal)}));
  });
  return {pty, emulator, link, type};
}

function newEmulator(cols: number, rows: number): Emulator {
  const emulator = new xterm.Terminal({
    cols,
    rows,
    allowProposedApi: true,
    scrollback: 1000,
    windowOptions: {pushTitle: true, popTitle: true},
  });
  emulator.unicode.register(modernWidths);
  emulator.unicode.activeVersion = modernWidths.version;
  return emulator;
}

function signalName(number: number | undefined): NodeJS.Signals | undefined {
  if (!number) return undefined;
  for (const [name, value] of Object.entries(constants.signals)) if (value === number) return name as NodeJS.Signals;
  return undefined;
}
