import {render} from 'ink-testing-library';
import {describe, expect, it} from 'vitest';
import {textWidth} from '../../../source/terminal/width.ts';
import {App} from '../../../source/ui/components/app.tsx';
import {bytesOfKey} from '../../harness/keys.ts';
import {startReplayServer} from '../../harness/replay-server.ts';
import {type ScreenOptions, ScreenUnderTest} from '../screen-under-test.ts';

/** The whole program's screen, but for the terminal: 100 columns, as the library's stdout has. */
class AppUnderTest implements AsyncDisposable {
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

  get text(): string {
    return this.#ink.lastFrame() ?? '';
  }

  /** What the terminal would send for these keys, each in a piece of its own. */
  press(...keys: string[]): void {
    for (const key of keys) this.#ink.stdin.write(bytesOfKey(key));
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

describe('the screen', () => {
  it('shows the list and the logs of the first pipeline without a key', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('Runtime transition: initializing -> running');
    await app.shows('LIVE');
    const [header = '', firstRow = ''] = app.rows;
    expect(header).toMatch(/^ pipetail {2}test {2}3 pipelines +LIVE $/);
    expect(firstRow).toMatch(/^ billing +● Running +│ 1 billing… /);
    expect(app.text).toContain('fraud');
    expect(app.rows.at(-1)).toMatch(/^ \? help/);
    expect(app.rows.at(-2)).toMatch(/5 lines .* following/);
  });

  it('fills the terminal exactly', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.screen.server.pipeline('billing').write(`wide 日本語 ${'x'.repeat(300)}`);
    await app.shows('wide 日本語');
    expect(app.rows).toHaveLength(30);
    for (const row of app.rows) expect(textWidth(row)).toBeLessThanOrEqual(100);
  });

  it('goes on showing what arrives, and stops when it is paused', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    app.screen.server.pipeline('orders').write('first');
    await app.shows('first');
    app.press('Tab', 'p');
    await app.shows('PAUSED');
    for (let line = 0; line < 40; line++) app.screen.server.pipeline('orders').write(`more ${line}`);
    await app.shows('+40 new ▼');
    expect(app.text).not.toContain('more 39');
    app.press('G');
    await app.shows('more 39');
    expect(app.text).not.toContain('PAUSED');
  });

  it('has one connection for each tab, and closes it with the tab', async () => {
    await using app = await AppUnderTest.open({names: ['orders', 'fraud']});
    await app.screen.untilConnected('orders', 'fraud');
    await app.shows(' 1 orders  2 fraud');
    app.press('X');
    await app.screen.untilConnected('fraud');
    await app.shows(' 1 fraud ');
    expect(app.text).not.toContain('2 fraud');
  });

  it('marks a tab in the background when lines and errors come', async () => {
    await using app = await AppUnderTest.open({names: ['orders', 'fraud']});
    await app.shows('LIVE');
    app.press('2');
    await app.shows(/Running .*│ 1 orders {2}2 fraud /);
    const line = '[orders] 2026-11-25T09:08:47.372844Z ERROR a::b:  broken';
    app.screen.server.pipeline('orders').write(line);
    await app.shows('1 orders ●1✗');
    app.press('1');
    await app.shows(/1 orders {2}2 fraud/);
  });

  it('says in a banner what is wrong with the pipeline, since its log does not', async () => {
    await using app = await AppUnderTest.open({
      scenario: (server) => {
        server.addPipeline('etl').setProgram('SqlError');
        server.addPipeline('orders').start();
      },
    });
    await app.shows('✗ SQL error');
    await app.shows('d: in full');
    expect(app.rows).toHaveLength(30);
  });

  it('tells a live log of a stopped pipeline from a running one', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    app.screen.server.pipeline('orders').stop();
    await app.shows('LIVE · Stopped');
    await app.shows('Running → Stopped');
  });
});

describe('pages', () => {
  it('the help opens and closes', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.press('?');
    await app.shows('go to the other side');
    expect(app.rows).toHaveLength(30);
    app.press('Esc');
    await app.hides('go to the other side');
    await app.shows('● Running');
  });

  it('describe shows errors in full', async () => {
    await using app = await AppUnderTest.open({
      scenario: (server) => {
        server.addPipeline('orders').start();
        server.pipeline('orders').fail('exit status: 101');
      },
    });
    await app.shows('✗ Failed');
    app.press('d');
    await app.shows('Deployment error (RunnerCheckError)');
    await app.shows('exit status: 101');
  });

  it('the events of the connection', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.press('i');
    await app.shows('Connection of billing, newest first');
  });
});

describe('a prompt', () => {
  async function searching(): Promise<AppUnderTest> {
    const app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    for (const word of ['alpha', 'beta', 'alphabet']) app.screen.server.pipeline('orders').write(word);
    await app.shows('alphabet');
    app.press('Tab', '/');
    await app.shows(/\n \/ /);
    return app;
  }

  it('searches as it is typed, and says how many lines match', async () => {
    await using app = await searching();
    app.press('a', 'l', 'p');
    await app.shows(' /alp');
    await app.shows('2 of 2');
    app.press('Enter');
    await app.shows(/ \/alp {2}2 of 2 {2}8 lines/);
  });

  it('keys in it are text', async () => {
    await using app = await searching();
    app.press('q', '?', 'X');
    await app.shows(' /q?X');
    expect(app.screen.quits).toBe(0);
    expect(app.screen.controller.state.tabs).toHaveLength(1);
  });

  it('^U empties it, and types no u; ^W takes a word; other chords type nothing', async () => {
    await using app = await searching();
    app.press('a', 'b');
    await app.shows(' /ab');
    app.press('C-a', 'C-e', 'M-x');
    app.press('C-u');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === '', 'the empty prompt');
    app.press('x', 'Space', 'y');
    await app.shows(' /x y');
    app.press('C-w');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'x ', 'the last word to go');
  });

  it('Backspace takes a character, and leaves an empty prompt', async () => {
    await using app = await searching();
    app.press('a', 'b', 'Backspace');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'a', 'one character');
    app.press('Backspace', 'Backspace');
    await app.screen.until(() => app.screen.controller.state.prompt === undefined, 'the end of the prompt');
  });

  it('Esc puts everything back', async () => {
    await using app = await searching();
    app.press('b', 'e', 't');
    await app.shows('PAUSED');
    app.press('Esc');
    await app.hides('PAUSED');
    expect(app.text).not.toContain('/bet');
  });

  it('ends with an Enter that arrives in the same piece, and what follows are keys', async () => {
    await using app = await searching();
    app.type('bet\r');
    await app.shows(/ \/bet {2}\d of 2/);
    expect(app.screen.controller.state.prompt).toBeUndefined();
    app.type('/alpha\rw');
    await app.shows('wrap on');
    await app.shows(' /alpha');
  });

  it('what stands behind its cursor is never pressed', async () => {
    await using app = await searching();
    app.press('a', 'X', 'Left');
    await app.shows(' /aX');
    app.type('b\r');
    await app.shows(/ \/abX {2}no match/);
    expect(app.screen.controller.state.tabs).toHaveLength(1);
  });

  it('takes what is pasted as text, its line breaks as spaces', async () => {
    await using app = await searching();
    app.type('\u001B[200~q\rX\u001B[201~');
    await app.shows(' /q X');
    expect(app.screen.controller.state.prompt).toBeDefined();
  });

  it('finds pipelines by name', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.type('/ord');
    await app.shows('find /ord');
    await app.hides('fraud');
    app.press('Enter');
    await app.shows(/^ \/ord {2}1 /m);
    await app.shows('1 orders…');
    app.press('Esc');
    await app.shows('fraud');
  });
});

it('what is pasted outside a prompt is no key', async () => {
  await using app = await AppUnderTest.open();
  await app.shows('LIVE');
  app.type('\u001B[200~q?X\u001B[201~');
  await app.screen.clock.advance(100);
  app.press('w');
  expect(app.screen.quits).toBe(0);
  expect(app.screen.controller.state).toMatchObject({page: undefined, active: 'billing'});
});

it('keys that arrive in one piece are all pressed, arrows as well', async () => {
  await using app = await AppUnderTest.open();
  await app.shows('LIVE');
  app.type('\u001B[B\u001B[B');
  await app.screen.until(() => app.screen.controller.state.cursor === 'orders', 'the cursor');
  app.type('kk');
  await app.screen.until(() => app.screen.controller.state.cursor === 'billing', 'the cursor');
});

describe('sizes', () => {
  it('too small says so, and what is needed', async () => {
    await using app = await AppUnderTest.open({size: {columns: 39, rows: 10}});
    await app.shows('39×10 is too small:');
    await app.shows('pipetail needs 40×10');
  });

  it('recovers when the terminal grows, and fits each size', async () => {
    await using app = await AppUnderTest.open({size: {columns: 30, rows: 5}});
    await app.shows('30×5 is too small');
    for (const [columns, rows] of [
      [40, 10],
      [80, 24],
      [99, 50],
    ] as const) {
      app.resize(columns, rows);
      await app.shows(columns < 76 ? 'LIVE' : 'initializing -> running');
      expect(app.rows).toHaveLength(rows);
      for (const row of app.rows) expect(textWidth(row)).toBeLessThanOrEqual(columns);
    }
  });
});

describe('trouble has its own place', () => {
  it('no credentials: says what to do, and recovers by itself', async () => {
    await using app = await AppUnderTest.open({apiKey: 'apikey:secret'});
    await app.shows('The server wants credentials');
    await app.shows('--auth or the variable FELDERA_API_KEY');
    await app.shows(/Trying again in \d+ s/);
    app.screen.server.setApiKey(undefined);
    await app.shows('LIVE');
  });

  it('a wrong URL', async () => {
    const page = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<!doctype html>';
    await using web = await startReplayServer({reply: () => ({bytes: page})});
    await using app = await AppUnderTest.open({baseUrl: () => web.url});
    await app.shows('This is not the Feldera API');
    await app.shows(`Tried: GET ${web.url}/v0/pipelines`);
  });

  it('an unreachable server, until it is there', async () => {
    await using app = await AppUnderTest.open({scenario: (server) => void server.stopApi()});
    await app.shows('The server cannot be reached');
    await app.screen.server.startApi();
    await app.shows('No pipelines yet');
    app.screen.server.addPipeline('first').start();
    await app.shows('LIVE');
  });

  it('r tries at once', async () => {
    await using app = await AppUnderTest.open({apiKey: 'apikey:secret'});
    await app.shows('The server wants credentials');
    const asked = app.screen.server.requests.length;
    app.press('r');
    await app.screen.until(() => app.screen.server.requests.length > asked, 'another request');
  });

  it('tabs that are open stay readable when the server goes', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    app.screen.server.pipeline('orders').write('the last word');
    await app.shows('the last word');
    await app.screen.server.stopApi();
    await app.shows(/reconnecting in \d+ s/);
    await app.shows('list not refreshed');
    expect(app.text).toContain('the last word');
    await app.screen.server.startApi();
    await app.shows('LIVE');
    await app.hides('list not refreshed');
  });
});
