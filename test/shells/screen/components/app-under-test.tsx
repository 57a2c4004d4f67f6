import type {ReadStream} from 'node:tty';
import {stripVTControlCharacters} from 'node:util';
import {render} from 'ink-testing-library';
import type {Size} from '../../../../source/kit/screen/layout.ts';
import {filterInput, type TerminalReport} from '../../../../source/kit/system/terminal-input.ts';
import {App} from '../../../../source/shells/screen/components/app.tsx';
import {settled} from '../../../harness/fake-clock.ts';
import {bytesOfKey} from '../../../harness/keys.ts';
import {type ScreenOptions, ScreenUnderTest} from '../../../kit/screen/screen-under-test.ts';

/** The whole program's screen, but for the terminal: 100 columns until `resize`, as the library's stdout has. */
export class AppUnderTest implements AsyncDisposable {
  readonly screen: ScreenUnderTest;
  readonly #ink: ReturnType<typeof render>;

  private constructor(screen: ScreenUnderTest) {
    this.screen = screen;
    this.#ink = render(<App controller={screen.controller} size={screen.controller.size} />);
    this.#sizeOfTerminal(screen.controller.size);
    screen.facts.start();
  }

  static async open(options: ScreenOptions = {}): Promise<AppUnderTest> {
    return new AppUnderTest(await ScreenUnderTest.open(options));
  }

  get rows(): readonly string[] {
    return this.text.split('\n');
  }

  /** Without its styles: they are tested where they are made. */
  get text(): string {
    return stripVTControlCharacters(this.#ink.lastFrame() ?? '');
  }

  /** What the terminal sends for these keys, each in a piece of its own. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.#ink.stdin.write(bytesOfKey(key));
      await settled();
    }
  }

  /** One piece of input, whatever is in it. */
  type(text: string): void {
    this.#ink.stdin.write(text);
  }

  /** All input goes through the filter that the terminal's goes through. Returns what undoes that. */
  filterInput(onReport: (report: TerminalReport) => void): () => void {
    const stdin = this.#ink.stdin as unknown as ReadStream;
    return filterInput(stdin, {clock: this.screen.clock, onReport, onKeys() {}});
  }

  resize(columns: number, rows: number): void {
    this.#sizeOfTerminal({columns, rows});
    this.screen.controller.setSize({columns, rows});
    this.#ink.rerender(<App controller={this.screen.controller} size={{columns, rows}} />);
  }

  async shows(text: string | RegExp): Promise<void> {
    const found = () => (typeof text === 'string' ? this.text.includes(text) : text.test(this.text));
    try {
      await this.screen.until(found, String(text));
    } catch {
      throw new Error(`${text} is not on the screen:\n${this.text}`);
    }
  }

  async hides(text: string): Promise<void> {
    await this.screen.until(() => !this.text.includes(text), `${text} to go`);
  }

  /** Where one is missing, Ink starts a program at each frame that knows it. */
  #sizeOfTerminal({columns, rows}: Size): void {
    Object.defineProperties(this.#ink.stdout, {
      columns: {value: columns, configurable: true},
      rows: {value: rows, configurable: true},
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ink.unmount();
    await this.screen[Symbol.asyncDispose]();
  }
}
