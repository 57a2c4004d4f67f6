import type {Terminal as Emulator} from '@xterm/headless';

/** What a program has told the terminal beside the cells: private modes, window title, bell. */
export class TerminalModes {
  readonly #privateModes = new Map<number, boolean>();
  #title = '';
  #bells = 0;

  constructor(emulator: Emulator) {
    for (const [final, on] of [
      ['h', true],
      ['l', false],
    ] as const) {
      emulator.parser.registerCsiHandler({prefix: '?', final}, (modes) => {
        for (const mode of modes) if (typeof mode === 'number') this.#privateModes.set(mode, on);
        // Not ours alone: the emulator goes on with it.
        return false;
      });
    }
    emulator.onTitleChange((title) => {
      this.#title = title;
    });
    emulator.onBell(() => {
      this.#bells += 1;
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
}
