import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  newPace,
  nextFrames,
  nextPace,
  type Pace,
  type PaceEvent,
  TerminalPace,
} from '../../../source/kit/system/terminal-pace.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';

/** The state after these events, and what may be drawn at a time then. */
function paceAfter(...events: readonly PaceEvent[]) {
  const pace = events.reduce(nextPace, newPace);
  const {ofKeys, ofLog} = nextFrames(pace);
  return {pace, mayDraw: (at: number) => ({keys: ofKeys <= at, log: ofLog <= at})};
}

const drawn = (id: number, at: number, bytes = 4000): PaceEvent => ({kind: 'drawn', id, at, bytes});
const answered = (id: number, at: number): PaceEvent => ({kind: 'answered', id, at});

describe('frames', () => {
  test('of the log wait for the answer to the last one; the frame of a key may follow one', () => {
    expect(paceAfter().mayDraw(0)).toEqual({keys: true, log: true});
    expect(paceAfter(drawn(1, 0)).mayDraw(500)).toEqual({keys: true, log: false});
    expect(paceAfter(drawn(1, 0), drawn(2, 10)).mayDraw(500)).toEqual({keys: false, log: false});
    expect(paceAfter(drawn(1, 0), drawn(2, 10), answered(1, 500)).mayDraw(500)).toEqual({keys: true, log: false});
    const both = paceAfter(drawn(1, 0), drawn(2, 10), answered(1, 500), answered(2, 600));
    expect(both.mayDraw(600)).toEqual({keys: true, log: true});
  });

  test('an answer tells of the frames before its own, too', () => {
    expect(paceAfter(drawn(1, 0), drawn(2, 10), answered(2, 600)).mayDraw(600)).toEqual({keys: true, log: true});
  });

  test('an answer to no frame that is underway changes nothing', () => {
    expect(paceAfter(drawn(1, 0), answered(7, 100)).mayDraw(100)).toEqual({keys: true, log: false});
    expect(paceAfter(answered(7, 100)).pace).toEqual(newPace);
  });

  test('small ones of typed text follow each other', () => {
    const typed = Array.from({length: 10}, (_, index) => drawn(index, index, 100));
    expect(paceAfter(...typed).mayDraw(20)).toEqual({keys: true, log: false});
    expect(paceAfter(...typed, drawn(10, 20, 2000)).mayDraw(20)).toEqual({keys: false, log: false});
  });
});

describe('late answers', () => {
  test('frames come at a pace that slows down, those of keys four times a second', () => {
    const first = paceAfter(drawn(1, 0), drawn(2, 100));
    expect(first.mayDraw(999)).toEqual({keys: false, log: false});
    expect(first.mayDraw(1000)).toEqual({keys: true, log: true});
    const second = paceAfter(drawn(1, 0), drawn(2, 100), drawn(3, 1000));
    expect(second.mayDraw(1999)).toEqual({keys: false, log: false});
    expect(second.mayDraw(2000)).toEqual({keys: true, log: true});
    const pressed = paceAfter(drawn(1, 0), drawn(2, 100), drawn(3, 1000), {kind: 'pressed'});
    expect(pressed.mayDraw(1249)).toEqual({keys: false, log: false});
    expect(pressed.mayDraw(1250)).toEqual({keys: true, log: false});
    const third = paceAfter(drawn(1, 0), drawn(2, 100), drawn(3, 1000), drawn(4, 2000));
    expect(third.mayDraw(3999).log).toBe(false);
    expect(third.mayDraw(4000).log).toBe(true);
    const afterHours = Array.from({length: 200}, (_, index) => drawn(index % 16, index * 30_000));
    expect(paceAfter(drawn(1, -100), answered(1, 0), ...afterHours).mayDraw(199 * 30_000 + 29_999).log).toBe(false);
  });

  test('are not asked for again: what is answered once this program has ended, the shell reads', () => {
    const late = paceAfter(drawn(1, 0), drawn(2, 100), drawn(3, 1000), drawn(4, 2000), drawn(5, 4000));
    expect(late.pace).toMatchObject({underway: [{id: 1}, {id: 2}], unasked: 3});
    const back = nextPace(nextPace(late.pace, answered(1, 5000)), answered(2, 5000));
    expect(back).toMatchObject({underway: [], unasked: 0});
    expect(nextPace(back, drawn(6, 5000))).toMatchObject({underway: [{id: 6}]});
  });

  test('a line that takes long for each frame is given the time that it takes', () => {
    const slow = paceAfter(drawn(1, 0), answered(1, 2000), drawn(2, 3000));
    expect(slow.mayDraw(10_999).log).toBe(false);
    expect(slow.mayDraw(11_000).log).toBe(true);
  });

  test('while answers come, the others are not late', () => {
    const queued = paceAfter(drawn(1, 0), drawn(2, 0), drawn(3, 1000), answered(1, 5000));
    expect(queued.mayDraw(6000).log).toBe(false);
    expect(paceAfter(drawn(1, 0), drawn(2, 1000), answered(2, 5000)).mayDraw(5000).log).toBe(true);
  });
});

test('a terminal that has never answered is asked no more, and gets four frames of the log a second', () => {
  const events = [0, 1000, 3000, 7000, 11_000].map((at, id) => drawn(id, at));
  const {pace, mayDraw} = paceAfter(...events);
  expect(pace).toEqual({kind: 'silent', drawnAt: 11_000});
  expect(mayDraw(11_249)).toEqual({keys: true, log: false});
  expect(mayDraw(11_250)).toEqual({keys: true, log: true});
  // It was only slow.
  expect(nextPace(pace, answered(0, 12_000))).toEqual(newPace);
});

test('at the end nothing is drawn until everything underway is answered, and all is free afterwards', () => {
  const end = {kind: 'end'} as const;
  const {pace, mayDraw} = paceAfter(drawn(1, 0), drawn(2, 0), end);
  expect(mayDraw(100_000)).toEqual({keys: false, log: false});
  const half = nextPace(pace, answered(1, 10));
  expect(half.kind).toBe('ending');
  expect(nextPace(half, answered(2, 20))).toEqual({kind: 'off'});
  expect(nextPace(half, {kind: 'give-up'})).toEqual({kind: 'off'});
  expect(paceAfter(end).mayDraw(0)).toEqual({keys: true, log: true});
  expect(paceAfter(end, {kind: 'begin'}).pace).toEqual(newPace);
});

test('whatever happens, some frame of the log may be drawn within half a minute, and of a key within ten seconds', () => {
  const event = fc.oneof(
    fc.record({kind: fc.constant('drawn' as const), bytes: fc.integer({min: 0, max: 9000})}),
    fc.record({kind: fc.constant('answered' as const), back: fc.integer({min: 0, max: 20})}),
    fc.record({kind: fc.constant('pressed' as const)}),
  );
  const step = fc.record({wait: fc.integer({min: 0, max: 5000}), event});
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), (steps) => {
      let at = 0;
      let id = 0;
      let pace: Pace = newPace;
      for (const {wait, event: what} of steps) {
        at += wait;
        if (what.kind === 'drawn') {
          id = (id + 1) % 16;
          pace = nextPace(pace, {...what, id, at});
        } else if (what.kind === 'pressed') pace = nextPace(pace, what);
        else pace = nextPace(pace, {kind: 'answered', id: (id - what.back + 32) % 16, at});
        expect(nextFrames(pace).ofLog).toBeLessThanOrEqual(at + 30_000);
        expect(nextFrames(pace).ofKeys).toBeLessThanOrEqual(nextFrames(pace).ofLog);
        expect(nextFrames(nextPace(pace, {kind: 'pressed'})).ofKeys).toBeLessThanOrEqual(at + 10_000);
      }
    }),
  );
});

const esc = '\u001B';
/** The cursor moves to a column, and the terminal is asked where it is. */
const question = new RegExp(`^${esc}\\[(\\d+)G${esc}\\[6n$`);

describe('asking', () => {
  /** A terminal that answers what is written to it, whenever `answer` is called. */
  function terminal() {
    const clock = new FakeClock();
    const pace = new TerminalPace(clock);
    const asked: number[] = [];
    const draw = (bytes = 4000) => {
      const [, column] = question.exec(pace.onDrawn(bytes)) ?? [];
      if (column !== undefined) asked.push(Number(column));
    };
    const answer = () => {
      const column = asked.shift();
      if (column !== undefined) pace.onAnswer(column);
    };
    const may = () => ({keys: pace.mayDrawKeys.get(), log: pace.mayDrawLog.get()});
    return {clock, pace, asked, draw, answer, may};
  }

  test('each frame asks in a column of its own, and listeners hear when they may draw', async () => {
    const {clock, pace, asked, draw, answer, may} = terminal();
    const heard: boolean[] = [];
    pace.mayDrawLog.subscribe(() => heard.push(pace.mayDrawLog.get()));
    draw();
    draw();
    expect(new Set(asked).size).toBe(2);
    expect(may()).toEqual({keys: false, log: false});
    expect(pace.isAwaited).toBe(true);
    await clock.advance(400);
    answer();
    expect(may()).toEqual({keys: true, log: false});
    answer();
    expect(may()).toEqual({keys: true, log: true});
    expect(heard).toEqual([false, true]);
    expect(pace.isAwaited).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('listeners hear by the clock when an answer is late', async () => {
    const {clock, draw, may} = terminal();
    draw();
    await clock.advance(999);
    expect(may().log).toBe(false);
    await clock.advance(1);
    expect(may().log).toBe(true);
  });

  test('while answers are late, frames ask nothing', async () => {
    const {clock, pace, asked, draw, answer} = terminal();
    draw();
    await clock.advance(1000);
    draw();
    expect(asked).toHaveLength(1);
    void pace.end();
    answer();
    expect(pace.isAwaited).toBe(false);
  });

  test('the end waits for the answers, and nothing is asked after it', async () => {
    const {pace, asked, draw, answer} = terminal();
    draw();
    let isEnded = false;
    void pace.end().then(() => {
      isEnded = true;
    });
    draw();
    await settled();
    expect([isEnded, asked.length]).toEqual([false, 1]);
    answer();
    await settled();
    expect(isEnded).toBe(true);
    draw();
    expect(asked).toEqual([]);
    pace.begin();
    draw();
    expect(asked).toHaveLength(1);
  });

  test('the end waits five seconds for a terminal that does not answer, however often it is called', async () => {
    const {clock, pace, draw} = terminal();
    draw();
    const ends = Promise.all([pace.end(), pace.end()]).then(() => clock.monotonic());
    await clock.advance(9000);
    expect(await ends).toBe(5000);
    await pace.end();
  });
});
