import {stripVTControlCharacters} from 'node:util';
import {render} from 'ink-testing-library';
import {App} from '../../../source/ui/components/app.tsx';
import {settled} from '../../harness/fake-clock.ts';
import {bytesOfKey} from '../../harness/keys.ts';
import {type ScreenOptions, ScreenUnderTest} from '../screen-under-test.ts';

/** The whole program's screen, but for the terminal: 100 columns, as the library's stdout has. */
export class AppUnderTest implements AsyncDisposable {
  readonly screen: ScreenUnderTest;
  readonly #ink: ReturnType<typeof render>;

  private constructor(screen: ScreenUnderTest) {
    this.screen = screen;
    this.#ink = render(<App controller={screen.controller} size={screen.controller.size} />);
    screen.poller.start();
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

  resize(columns: number, rows: number): void {
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ink.unmount();
    await this.screen[Symbol.asyncDispose]();
  }
}
