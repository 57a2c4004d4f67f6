import type {Terminal as Emulator} from '@xterm/headless';

/** What a program has set in the terminal beside the cells: private modes, window title, bell, clipboard. */
export class TerminalModes {
  readonly #privateModes = new Map<number, boolean>();
  #title = '';
  #bells = 0;
  readonly #copies: Buffer[] = [];

  constructor(emulator: Emulator) {
    for (const [final, on] of [
      ['h', true],
      ['l', false],
    ] as const) {
      emulator.parser.registerCsiHandler({prefix: '?', final}, (modes) => {
        for (const mode of modes) if (typeof mode === 'number') this.#privateModes.set(mode, on);
        // The emulator handles it, too.
        return false;
      });
    }
    // A full reset (RIS), as `reset` sends it.
    emulator.parser.registerEscHandler({final: 'c'}, () => {
      this.#privateModes.clear();
      return false;
    });
    emulator.onTitleChange((title) => {
      this.#title = title;
    });
    emulator.onBell(() => {
      this.#bells += 1;
    });
    emulator.parser.registerOscHandler(52, (data) => {
      // `c;` and base64: which clipboard, and what for.
      this.#copies.push(Buffer.from(data.slice(data.indexOf(';') + 1), 'base64'));
      return true;
    });
  }

  /** A DEC private mode (`CSI ? mode h`); `otherwise` if it was never set. */
  isSet(mode: number, otherwise: boolean): boolean {
    return this.#privateModes.get(mode) ?? otherwise;
  }

  get title(): string {
    return this.#title;
  }

  get bells(): number {
    return this.#bells;
  }

  /** What was copied by OSC 52, oldest first. */
  get copies(): readonly Buffer[] {
    return this.#copies;
  }
}
