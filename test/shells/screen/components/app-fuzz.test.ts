import fc from 'fast-check';
import {expect, onTestFinished, test} from 'vitest';
import {promptCommands} from '../../../../source/kit/keys/commands.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {features} from '../../../../source/shells/features.ts';
import {settled} from '../../../harness/fake-clock.ts';
import {bytesOfKey} from '../../../harness/keys.ts';
import {withFailures} from '../../../kit/screen/screen-under-test.ts';
import {AppUnderTest} from './app-under-test.tsx';
import {anyDisturbance, type Disturbance, disturb, hostileText} from './disturbances.ts';

// Whatever is pressed, pasted and sent, and whatever happens to the server: the screen is drawn, and it can be left.

type Step =
  /** Bytes that the terminal sends. */
  | {readonly input: string}
  | {readonly columns: number; readonly rows: number}
  | {readonly milliseconds: number}
  /** No timer runs meanwhile, as while the machine sleeps. */
  | {readonly stands: number}
  | {readonly server: Disturbance};

/** Some hundred milliseconds each. */
const numRuns = Number(process.env.PIPETAIL_RUNS ?? 8);
/** Milliseconds. A history that fails is shortened until then, and reported with its seed before the test ends. */
const timeLimit = numRuns * 20_000;

const esc = '\u001B';

/** What a terminal sends for a key of the tables. */
const bytesOf = (name: string) =>
  bytesOfKey(
    name
      .replace(/^\^(.)$/, (_, letter) => `C-${letter.toLowerCase()}`)
      .replace('^', 'C-')
      .replace('Alt-', 'M-'),
  );

const anyKey = fc.constantFrom(
  ...new Set([...features.commands, ...promptCommands].flatMap(({keys}) => keys.map(bytesOf))),
);

const longText = fc.tuple(hostileText, fc.integer({min: 0, max: 40_000})).map(([text, length]) => {
  return text.repeat(Math.ceil(length / Math.max(1, text.length))).slice(0, length);
});

const anyPaste = fc
  .record({
    text: fc.oneof({weight: 4, arbitrary: hostileText}, longText),
    end: fc.constantFrom(`${esc}[201~`, `${esc}[201~`, `${esc}[201`, ''),
  })
  .map(({text, end}) => `${esc}[200~${text}${end}`);

/** Something is typed where text is expected. */
const anyTyping = fc
  .record({
    opens: fc.constantFrom(...'/&*T:Sf?'),
    text: fc.oneof({weight: 3, arbitrary: hostileText}, anyPaste),
    ends: fc.constantFrom('\r', '\r', '\t\r', esc, ''),
  })
  .map(({opens, text, ends}) => `${opens}${text}${ends}`);

/** Reports that were not asked for, sequences without an end, bytes that are no key. */
const anyReport = fc.oneof(
  fc.constantFrom(
    ...['[I', '[O', '[5;7R', '[', '[2', 'O', ']2;title', 'P', '[M   ', '[1;5A', ''].map((each) => esc + each),
  ),
  fc
    .tuple(fc.constantFrom(0, 2, 32, 64, 65, 35), fc.nat({max: 260}), fc.nat({max: 80}), fc.constantFrom('M', 'm'))
    .map(([button, column, row, end]) => `${esc}[<${button};${column};${row}${end}`),
);

const anyInput = fc.oneof(
  {weight: 8, arbitrary: anyKey},
  {weight: 3, arbitrary: anyTyping},
  {weight: 1, arbitrary: anyPaste},
  {weight: 1, arbitrary: anyReport},
  {weight: 1, arbitrary: hostileText},
);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {weight: 12, arbitrary: anyInput.map((input) => ({input}))},
  {weight: 1, arbitrary: fc.record({columns: fc.integer({min: 1, max: 250}), rows: fc.integer({min: 1, max: 70})})},
  {weight: 1, arbitrary: fc.record({columns: fc.integer({min: 1, max: 60}), rows: fc.integer({min: 1, max: 14})})},
  {weight: 3, arbitrary: fc.constantFrom(20, 200, 2000, 6000).map((milliseconds) => ({milliseconds}))},
  {weight: 1, arbitrary: fc.constantFrom(4000, 700_000).map((stands) => ({stands}))},
  {weight: 4, arbitrary: anyDisturbance.map((server) => ({server}))},
);

/** Opens the screen on a server with failures, and does all of it. */
async function live(steps: readonly Step[]): Promise<void> {
  await using app = await AppUnderTest.open({
    scenario: withFailures,
    names: ['orders', 'billing'],
    services: {
      // What is typed is no file of this machine.
      save: async (path, blocks) => {
        await drain(blocks);
        return {kind: 'failed', path, why: 'the disk is full'};
      },
    },
  });
  const {screen} = app;
  const endInput = app.filterInput(() => {});
  await screen.clock.advance(100);
  for (const step of steps) {
    await take(app, step);
    await settled();
    expectToFit(app);
  }
  await leave(app);
  endInput();
}

async function drain(blocks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const block of blocks) expect(block).toBeInstanceOf(Uint8Array);
}

async function take(app: AppUnderTest, step: Step): Promise<void> {
  const {server, clock} = app.screen;
  if ('input' in step) app.type(step.input);
  else if ('columns' in step) app.resize(step.columns, step.rows);
  else if ('milliseconds' in step) await clock.advance(step.milliseconds);
  else if ('stands' in step) clock.stall(step.stands);
  else await disturb(server, step.server);
}

function expectToFit(app: AppUnderTest): void {
  const {columns, rows} = app.screen.controller.size;
  expect(app.rows.length, app.text).toBeLessThanOrEqual(rows);
  for (const row of app.rows) expect(textWidth(row), app.text).toBeLessThanOrEqual(columns);
}

/** Milliseconds: the beginning of a sequence and a paste without an end are over by then; and a lone Esc is the key. */
const patience = 1100;
const escPatience = 60;
/** A prompt, the page of what happened, the help with a text, a connector over a description; and what a paste took. */
const mostEscs = 8;

async function leave(app: AppUnderTest): Promise<void> {
  const {screen} = app;
  const {controller} = screen;
  const press = async (key: string) => {
    app.type(bytesOfKey(key));
    await screen.clock.advance(escPatience);
  };
  await screen.clock.advance(patience);
  app.resize(100, 30);
  for (let escs = 0; escs < mostEscs; escs++) await press('Esc');
  expect(controller.state).toMatchObject({prompt: undefined, page: undefined});
  // It is drawn to the end, and to the size.
  await press('?');
  expect(app.text).toContain('type to find');
  expectToFit(app);
  await press('Esc');
  const before = screen.quits;
  await press('q');
  if (screen.quits === before) {
    expect(controller.state).toMatchObject({pendingConfirmation: 'quit'});
    expect(app.text).toContain('again to quit');
    await press('q');
  }
  expect(screen.quits).toBe(before + 1);
}

test(
  'whatever is pressed, pasted and sent, the screen fits its size and is left by Esc and q',
  async () => {
    const rejected: unknown[] = [];
    const onRejection = (error: unknown) => void rejected.push(error);
    process.on('unhandledRejection', onRejection);
    onTestFinished(() => void process.off('unhandledRejection', onRejection));
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, {minLength: 20, maxLength: 60, size: 'max'}), async (steps) => {
        await live(steps);
        expect(rejected.splice(0)).toEqual([]);
      }),
      {numRuns, plugins: [fc.interruptAfterTimeLimit(timeLimit, {failOnInterrupt: true})]},
    );
  },
  timeLimit * 1.5,
);
