import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ApiFailure} from '../../../source/engine/api/types.ts';
import {initialMachine, step} from '../../../source/engine/connection/machine.ts';
import type {AttemptEvent, Effect, Machine, MachineEvent} from '../../../source/engine/connection/state.ts';

type MachineContext = Parameters<typeof step>[2];

describe('connection machine', () => {
  const moment = {now: 1000, roll: 0, decided: false, requests: 5};
  /** As `moment`, when what is read has found its place in the log. */
  const decided = {...moment, decided: true};

  const unreachable: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'};
  const asksToWait: ApiFailure = {...unreachable, reason: 'runner-unreachable', retryAfter: 5000};
  const notReady: ApiFailure = {kind: 'retryable', reason: 'not-ready', message: 'not yet'};
  const unknown: ApiFailure = {kind: 'fatal', reason: 'unknown-pipeline', message: 'no such pipeline'};
  const unauthorized: ApiFailure = {kind: 'fatal', reason: 'unauthorized', message: 'who are you'};

  type Play = {readonly machine: Machine; readonly effects: readonly Effect[]};

  /** Plays events one after the other; `effects` are those of the last. */
  function play(events: readonly MachineEvent[], from: Machine = initialMachine, at: MachineContext = moment): Play {
    let result: Play = {machine: from, effects: []};
    for (const event of events) result = step(result.machine, event, at);
    return result;
  }

  const ask: MachineEvent = {kind: 'reconnect'};
  const opened: MachineEvent = {kind: 'opened', attempt: 1};
  const caughtUp: MachineEvent = {kind: 'caught-up', attempt: 1};
  const noBytes = {kind: 'body-ended', attempt: 1, endMarker: false, brought: 'nothing', lasted: 0} as const;
  const cut: MachineEvent = {...noBytes, end: {kind: 'cut', message: 'closed'}};
  const clean: MachineEvent = {...noBytes, end: {kind: 'clean'}};
  const endMarker: MachineEvent = {...noBytes, endMarker: true, brought: 'new', end: {kind: 'clean'}};
  const silent: MachineEvent = {kind: 'silent', attempt: 1, cause: 'silent'};
  const refused = (failure: ApiFailure, attempt = 1): MachineEvent => ({kind: 'refused', attempt, failure});

  const states = {
    idle: play([]).machine,
    connecting: play([ask]).machine,
    'catching-up': play([ask, opened]).machine,
    live: play([ask, opened, caughtUp]).machine,
    ended: play([ask, opened, caughtUp, endMarker]).machine,
    waiting: play([ask, refused(unreachable)]).machine,
    'gone, deleted': play([ask, refused(unknown)]).machine,
    'gone, refused': play([ask, refused(unauthorized)]).machine,
    'gone, renamed': play([ask, opened, caughtUp, {kind: 'renamed', to: 'b'}]).machine,
  } satisfies Record<string, Machine>;

  const events = {
    reconnect: ask,
    slept: {kind: 'slept', of: 'stop'},
    close: {kind: 'close'},
    opened,
    'caught-up': caughtUp,
    cut,
    endMarker,
    'refused, not reached': refused(unreachable),
    'refused, unknown': refused(unknown),
    'refused, not allowed': refused(unauthorized),
    'looked up, same': {kind: 'looked-up', attempt: 1, found: {kind: 'same'}},
    'looked up, other': {kind: 'looked-up', attempt: 1, found: {kind: 'other'}},
    'looked up, missing': {kind: 'looked-up', attempt: 1, found: {kind: 'failed', failure: unknown}},
    'looked up, no answer': {kind: 'looked-up', attempt: 1, found: {kind: 'failed', failure: unreachable}},
    'retry due': {kind: 'retry-due', attempt: 1},
    silent,
    heard: {kind: 'received', attempt: 1},
    'standby late': {kind: 'standby-late', attempt: 1},
    'listed, appeared': {kind: 'listed', as: 'appeared'},
    'listed, replaced': {kind: 'listed', as: 'replaced'},
    'listed, missing': {kind: 'listed', as: 'missing'},
    renamed: {kind: 'renamed', to: 'c'},
    'server answered': {kind: 'server-answered', request: 6},
    'server answered what was asked before': {kind: 'server-answered', request: 5},
  } satisfies Record<string, MachineEvent>;

  /** Where each event leads from each state; what is not named changes nothing. `live +standby`: a second connection. */
  const table: Record<keyof typeof states, Partial<Record<keyof typeof events, string>>> = {
    idle: {reconnect: 'connecting', slept: 'connecting', close: 'idle', renamed: 'gone'},
    connecting: {
      renamed: 'gone',
      reconnect: 'connecting',
      slept: 'connecting',
      close: 'idle',
      opened: 'catching-up',
      'refused, not reached': 'waiting',
      'refused, unknown': 'gone',
      'refused, not allowed': 'gone',
    },
    'catching-up': {
      renamed: 'gone',
      reconnect: 'connecting',
      slept: 'catching-up',
      close: 'idle',
      'caught-up': 'live',
      cut: 'waiting',
      endMarker: 'ended',
      'refused, not reached': 'waiting',
      'refused, unknown': 'waiting',
      'refused, not allowed': 'waiting',
    },
    live: {
      renamed: 'gone',
      reconnect: 'connecting',
      slept: 'live',
      close: 'idle',
      cut: 'waiting',
      endMarker: 'ended',
      'refused, not reached': 'waiting',
      'refused, unknown': 'waiting',
      'refused, not allowed': 'waiting',
      silent: 'live +standby',
    },
    ended: {
      renamed: 'gone',
      reconnect: 'connecting',
      slept: 'connecting',
      close: 'idle',
      'looked up, same': 'waiting',
      'looked up, other': 'connecting',
      'looked up, missing': 'gone',
      'looked up, no answer': 'waiting',
    },
    waiting: {
      renamed: 'gone',
      reconnect: 'connecting',
      slept: 'connecting',
      close: 'idle',
      'retry due': 'connecting',
      'listed, appeared': 'connecting',
      'listed, replaced': 'connecting',
      'server answered': 'connecting',
      'listed, missing': 'gone',
    },
    'gone, deleted': {
      renamed: 'gone',
      reconnect: 'connecting',
      slept: 'connecting',
      close: 'idle',
      'retry due': 'connecting',
      'listed, appeared': 'connecting',
      'listed, replaced': 'connecting',
    },
    'gone, refused': {
      renamed: 'gone',
      'server answered': 'connecting',
      reconnect: 'connecting',
      slept: 'connecting',
      close: 'idle',
      'retry due': 'connecting',
      'listed, appeared': 'connecting',
      'listed, replaced': 'connecting',
    },
    'gone, renamed': {
      renamed: 'gone',
      reconnect: 'connecting',
      close: 'idle',
      'retry due': 'connecting',
      'listed, appeared': 'connecting',
      'listed, replaced': 'connecting',
    },
  };

  function keysOf<K extends string>(record: Record<K, unknown>): K[] {
    // Object.keys forgets the keys' type.
    return Object.keys(record) as K[];
  }

  describe.each(keysOf(states))('%s', (state) => {
    test.each(keysOf(events))('%s', (event) => {
      const {machine} = play([events[event]], states[state]);
      const expected = table[state][event];
      if (expected === undefined) expect(machine).toBe(states[state]);
      else expect(`${machine.connection.kind}${machine.standby ? ' +standby' : ''}`).toBe(expected);
    });
  });

  test('connecting drops what was running before', () => {
    const {machine, effects} = play([ask], states.live);
    expect(effects).toEqual([
      {kind: 'drop', attempt: 1},
      {kind: 'connect', attempt: 2},
    ]);
    expect(machine.loss).toEqual({cause: 'asked', at: 1000});
  });

  test('the cause comes from the body: cut, clean without the end marker, the end marker, a silent network', () => {
    const causeOf = (event: MachineEvent) => play([event], states.live).machine.loss?.cause;
    const timedOut: MachineEvent = {...cut, end: {kind: 'cut', message: 'the network went silent'}};
    expect([cut, clean, endMarker, timedOut].map(causeOf)).toEqual([
      'server-lost',
      'runner-lost',
      'runner-stopped',
      'silent',
    ]);
  });

  describe('an outage', () => {
    const at = (now: number, isDecided = false): MachineContext => ({now, roll: 0, decided: isDecided, requests: 5});
    const waiting = play([cut], states.live).machine;
    const connecting = play([{kind: 'retry-due', attempt: 1}], waiting, at(2000, true)).machine;
    const again = play([{kind: 'opened', attempt: 2}], connecting, at(2100, true));
    const first = {cause: 'server-lost', at: 1000};
    /** Every way in which the second connection can be lost before it is called live. */
    const losses = {
      'runner-lost': {...clean, attempt: 2},
      unknown: refused(unreachable, 2),
      asked: ask,
    } as const satisfies Record<string, MachineEvent>;

    test('is named and dated by its first loss', () => {
      expect(again.effects).toEqual([{kind: 'start-replay', attempt: 2, loss: first}]);
    });

    test.each(keysOf(losses))('continues while no marker has reported it: then %s', (cause) => {
      const lost = play([losses[cause]], again.machine, at(2200)).machine;
      expect(lost.loss).toEqual(first);
      const reading = play([ask, {kind: 'opened', attempt: lost.lastAttempt + 1}], lost, at(2300));
      expect(reading.effects).toContainEqual({kind: 'start-replay', attempt: lost.lastAttempt + 1, loss: first});
    });

    test.each(keysOf(losses))('is over when lines go on, live or not: then %s', (cause) => {
      expect(play([losses[cause]], again.machine, at(2200, true)).machine.loss).toEqual({cause, at: 2200});
    });

    test('is not over because a replay fell quiet that proved nothing', () => {
      const live = play([{kind: 'caught-up', attempt: 2}], again.machine, at(2300)).machine;
      expect(live.connection.kind).toBe('live');
      expect(play([{...cut, attempt: 2} as MachineEvent], live, at(2400)).machine.loss).toEqual(first);
      expect(play([losses['runner-lost']], live, at(2400, true)).machine.loss).toEqual({
        cause: 'runner-lost',
        at: 2400,
      });
      expect(play([{kind: 'caught-up', attempt: 2}], again.machine, at(2300, true)).machine.loss).toBeUndefined();
    });

    test('in which the server itself ended the log is named by that: the pane has a row about it', () => {
      const lost = play([{...endMarker, attempt: 2} as MachineEvent], again.machine, at(2200)).machine;
      expect(lost.loss).toEqual({cause: 'runner-stopped', at: 1000});
      expect(play([{kind: 'looked-up', attempt: 2, found: {kind: 'same'}}], lost).machine.connection).toMatchObject({
        cause: 'runner-stopped',
      });
    });
  });

  const nothing = {brought: 'nothing', lasted: 0} as const;
  const known = {brought: 'known', lasted: 500} as const;
  const hasLasted = {brought: 'known', lasted: 10_000} as const;
  const isNew = {brought: 'new', lasted: 500} as const;

  /** The waits after connections that are cut before they are live, or (`live`) soon after. */
  function cutWaits(
    cuts: readonly (typeof nothing | typeof known | typeof hasLasted | typeof isNew)[],
    {from = states.connecting as Machine, live = false} = {},
  ) {
    let machine = from;
    const waits = cuts.map((end) => {
      const {lastAttempt: attempt} = machine;
      const events = [opened, ...(live ? [caughtUp] : []), {...cut, ...end}];
      const dropped = play(events.map((event) => ({...event, attempt})) as MachineEvent[], machine);
      machine = play([{kind: 'retry-due', attempt}], dropped.machine).machine;
      return dropped.effects.flatMap((effect) => (effect.kind === 'wait' ? effect.milliseconds : []))[0];
    });
    return {machine, waits};
  }

  test('tries reset when live and not on a 200: accept-then-drop backs off', () => {
    const {machine, waits} = cutWaits([nothing, nothing, nothing, nothing, nothing, nothing]);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
    const live = play(
      [
        {kind: 'opened', attempt: 7},
        {kind: 'caught-up', attempt: 7},
      ],
      machine,
    ).machine;
    expect([machine.tries, live.tries]).toEqual([6, 0]);
  });

  test.each([
    ['what the log had', known],
    ['new lines', isNew],
  ])('a connection that brought %s resets the backoff, also before it is live', (_, brought) => {
    const from = cutWaits([nothing, nothing, nothing, nothing]).machine;
    const {waits} = cutWaits([brought, nothing, brought, nothing, nothing], {from});
    expect(waits).toEqual([1000, 2000, 1000, 2000, 4000]);
  });

  test.each([
    ['before they are live', false],
    ['when they are live', true],
  ])('the waits grow where all connections are cut, %s, and bring nothing new', (_, live) => {
    const {waits, machine: from} = cutWaits(Array(9).fill(known), {live});
    expect(waits).toEqual([1000, 1000, 1000, 1000, 1000, 2000, 4000, 8000, 15_000]);
    for (const use of [isNew, hasLasted]) {
      expect(cutWaits([use, ...Array(6).fill(known)], {live, from}).waits).toEqual([
        1000, 1000, 1000, 1000, 1000, 1000, 2000,
      ]);
    }
  });

  test('a wait after a connection that brought bytes may be ended by an answer, also when it was made early', () => {
    const answered: MachineEvent = {kind: 'server-answered', request: 6};
    const early = play([answered], states.waiting).machine;
    expect(early.isEarly).toBe(true);
    const again = play([{...opened, attempt: 2}, {...cut, ...known, attempt: 2}, answered] as MachineEvent[], early);
    expect(again.machine.connection.kind).toBe('connecting');
  });

  test('Retry-After is waited for and shown', () => {
    const {machine, effects} = play([refused(asksToWait)], states.connecting);
    expect(machine.connection).toEqual({
      kind: 'waiting',
      until: 6000,
      tries: 1,
      cause: 'unknown',
      failure: asksToWait,
    });
    expect(effects).toContainEqual({kind: 'wait', attempt: 1, milliseconds: 5000});
  });

  test('the empty 404 waits briefly and shows no error', () => {
    const {machine} = play([refused(notReady)], states.connecting);
    expect(machine.connection).toMatchObject({kind: 'waiting', until: 1500, failure: undefined});
  });

  test('gone is tried again slowly and has its reason', () => {
    expect(states['gone, refused'].connection).toEqual({
      kind: 'gone',
      reason: {kind: 'refused', failure: unauthorized},
      until: 31_000,
    });
  });

  test('a deletion is marked once, and only in a log that was read', () => {
    const marks = (effects: readonly Effect[]) => effects.filter(({kind}) => kind === 'mark-ended');
    expect(marks(play([refused(unknown)], states.connecting).effects)).toEqual([]);
    const deleted = play([events['looked up, missing']], states.ended);
    expect(marks(deleted.effects)).toEqual([{kind: 'mark-ended', because: 'deleted'}]);
    const still = play([{kind: 'retry-due', attempt: 1}, refused(unknown, 2)], deleted.machine);
    expect(still.machine.connection.kind).toBe('gone');
    expect(marks(still.effects)).toEqual([]);
  });

  test('a log whose pipeline another one has waits for no time, tells its newest name, and is not told of a deletion', () => {
    const renamed = play([{kind: 'renamed', to: 'b'}], states.live);
    expect(renamed.effects).toEqual([{kind: 'drop', attempt: 1}]);
    const again = play([{kind: 'renamed', to: 'c'}], renamed.machine).machine;
    expect(again.connection).toEqual({kind: 'gone', reason: {kind: 'renamed', to: 'c'}, until: undefined});
    const asked = play([ask, refused(unknown, 2)], again);
    expect(asked.machine.connection).toEqual(again.connection);
    expect(asked.effects).toEqual([{kind: 'drop', attempt: 2}]);
    const back = play([{kind: 'listed', as: 'appeared'}, refused(unknown, 2)], again);
    expect(back.machine.connection).toMatchObject({reason: {kind: 'deleted'}});
  });

  test('a look-up that finds another id reconnects at once, with a marker', () => {
    expect(play([events['looked up, other']], states.ended).effects).toEqual([
      {kind: 'mark-ended', because: 'created-again'},
      {kind: 'drop', attempt: 1},
      {kind: 'connect', attempt: 2},
    ]);
  });

  describe('an answer of the server to others', () => {
    const answered: MachineEvent = {kind: 'server-answered', request: 1000};
    /** Plays it on, for the attempt that is the newest then. */
    const next = (machine: Machine, event: MachineEvent) =>
      play(['attempt' in event ? {...event, attempt: machine.lastAttempt} : event], machine).machine;
    const due: MachineEvent = {kind: 'retry-due', attempt: 0};
    /** An outage in which the backoff has grown. */
    const away = [due, refused(unreachable), due, refused(unreachable), due, refused(unreachable)].reduce(
      next,
      states.waiting,
    );

    test.each([
      ['that the server asked for', states.connecting, refused(asksToWait)],
      ['after an empty 404, which is short', states.connecting, refused(notReady)],
      ['for a log that the server ended', states.ended, events['looked up, same']],
      ['for a pipeline that is deleted', states.ended, events['looked up, missing']],
    ])('does not cut short a wait %s', (_, from, event) => {
      const {machine} = play([event], from);
      expect(play([answered], machine).machine).toBe(machine);
    });

    test.each([
      ['a cut', states.live, cut],
      ['the end of a log whose look-up failed', states.ended, events['looked up, no answer']],
      ['an error', states.connecting, refused({...unreachable, reason: 'server-error'})],
      ['a refusal', states.connecting, refused(unauthorized)],
    ])('ends the wait after %s', (_, from, event) => {
      const {machine} = play([event, answered], from);
      expect(machine.connection.kind).toBe('connecting');
      expect(
        play(
          [
            {kind: 'opened', attempt: 2},
            {kind: 'caught-up', attempt: 2},
          ],
          machine,
        ).machine,
      ).toMatchObject({
        connection: {kind: 'live'},
        isEarly: false,
        isBackoffReset: false,
      });
    });

    test('lets the backoff begin anew, once an outage, and is not heard again before its next wait is over', () => {
      expect(away.tries).toBe(4);
      const woken = next({...away, earlyFailures: 3}, answered);
      const failed = next(woken, refused(unreachable));
      expect(failed.connection).toMatchObject({kind: 'waiting', tries: 1, until: 2000});
      expect(next(failed, answered)).toBe(failed);
      const second = [due, refused(unreachable), answered, refused(unreachable)].reduce(next, failed);
      expect(second.connection).toMatchObject({kind: 'waiting', tries: 3, until: 5000});
      expect(next(second, answered)).toBe(second);
    });

    test('is heard again after the first three early attempts: the link may have been cut again', () => {
      const failed = [answered, refused(unreachable), answered, refused(unreachable), answered, refused(unreachable)];
      const third = failed.reduce(next, away);
      expect(next(third, answered).connection.kind).toBe('connecting');
      const fourth = [answered, refused(unreachable)].reduce(next, third);
      expect(next(fourth, answered)).toBe(fourth);
    });

    test('to a log of the same pipeline on a server that answers all else makes two tries at most of one', () => {
      fc.assert(
        fc.property(fc.array(fc.boolean(), {maxLength: 60}), (answersCome) => {
          let machine: Machine = away;
          let [own, woken] = [0, 0];
          for (const comes of answersCome) {
            const before = machine;
            machine = next(machine, comes ? answered : due);
            if (machine === before) continue;
            if (comes) woken += 1;
            else own += 1;
            machine = next(machine, refused(unreachable));
            expect(woken).toBeLessThanOrEqual(own + 4);
            // After the first, each failure counts.
            if (woken > 1) expect(machine.tries).toBeGreaterThanOrEqual(woken);
          }
        }),
      );
    });
  });

  describe('a second connection in place of a silent one', () => {
    const standby = play([silent], states.live);
    const kept = play([{kind: 'opened', attempt: 2}], standby.machine);

    test('is opened beside it and kept, and replaces it once it joins the log', () => {
      expect(standby.effects).toEqual([{kind: 'connect', attempt: 2}]);
      expect(kept.effects).toEqual([{kind: 'keep', attempt: 2, cause: 'silent'}]);
      const done = play([{kind: 'caught-up', attempt: 2}], kept.machine);
      expect(done.effects).toEqual([
        {kind: 'start-replay', attempt: 2, loss: {cause: 'silent', at: 1000}},
        {kind: 'settle', attempt: 2},
        {kind: 'drop', attempt: 1},
      ]);
      expect(done.machine).toMatchObject({attempt: 2, connection: {kind: 'live'}});
    });

    test('after a sleep, names the sleep as the cause', () => {
      const {machine, effects} = play([{kind: 'slept', of: 'stop'}], states.live);
      expect(effects).toEqual([{kind: 'drain', attempt: 1, of: 'stop'}]);
      const done = play(
        [
          {...silent, cause: 'slept'},
          {kind: 'opened', attempt: 2},
          {kind: 'caught-up', attempt: 2},
        ],
        machine,
      );
      expect(done.effects).toContainEqual({kind: 'start-replay', attempt: 2, loss: {cause: 'slept', at: 1000}});
    });

    test('after a sleep, stays while the silent one brings bytes, and leaves when that has outlived it', () => {
      const slept = play(
        [
          {...silent, cause: 'slept'},
          {kind: 'opened', attempt: 2},
        ],
        states.live,
      ).machine;
      const spoken = play([{kind: 'received', attempt: 1}], slept);
      expect(spoken).toMatchObject({effects: [], machine: {standby: {attempt: 2, isOpen: true}}});
      const late: MachineEvent = {kind: 'standby-late', attempt: 2};
      expect(play([late], spoken.machine).effects).toEqual([{kind: 'drop', attempt: 2}]);
      expect(play([late], slept).effects).toContainEqual({kind: 'drop', attempt: 1});
    });

    test('is dropped when it fails, comes too late or the old one speaks, and its id is not used again', () => {
      const isDropped = (reason: MachineEvent, from: Play) => {
        const {machine, effects} = play([reason], from.machine);
        expect(effects).toEqual([{kind: 'drop', attempt: 2}]);
        expect(machine.connection).toBe(states.live.connection);
        expect(play([silent], machine).effects).toEqual([{kind: 'connect', attempt: 3}]);
      };
      const spoken: MachineEvent = {kind: 'received', attempt: 1};
      for (const reason of [refused(unreachable, 2), {kind: 'standby-late', attempt: 2} as const, spoken])
        isDropped(reason, standby);
      for (const reason of [refused(unreachable, 2), {...cut, attempt: 2} as MachineEvent, spoken])
        isDropped(reason, kept);
    });

    test('takes over when the old one ends first, whether it was open already or not', () => {
      const early = play([cut], standby.machine);
      expect(early.machine).toMatchObject({attempt: 2, connection: {kind: 'connecting'}});
      expect(early.effects).toEqual([{kind: 'drop', attempt: 1}]);
      const late = play([cut], kept.machine);
      expect(late.machine).toMatchObject({attempt: 2, connection: {kind: 'catching-up'}});
      expect(late.effects).toEqual([
        {kind: 'drop', attempt: 1},
        {kind: 'start-replay', attempt: 2, loss: {cause: 'server-lost', at: 1000}},
      ]);
    });

    test('reports the old loss if nothing did before it', () => {
      const outage = {...states.live, loss: {cause: 'server-lost', at: 200} as const};
      const replaces = (at: MachineContext) => {
        const opens = play([silent, {kind: 'opened', attempt: 2}], outage).machine;
        return play([{kind: 'caught-up', attempt: 2}], opens, at);
      };
      expect(replaces(moment).effects).toContainEqual({kind: 'start-replay', attempt: 2, loss: outage.loss});
      const told = replaces(decided);
      expect(told.effects).toContainEqual({kind: 'start-replay', attempt: 2, loss: {cause: 'silent', at: 1000}});
      // Until its replay has found its place, the loss is its own.
      expect(play([{...cut, attempt: 2} as MachineEvent], told.machine).machine.loss).toEqual({
        cause: 'silent',
        at: 1000,
      });
    });

    test('lost soon after it took over, is a loss of its own if its lines were in the pane', () => {
      const promoted = play([cut], kept.machine).machine;
      const lost = (at: MachineContext) => play([{...clean, attempt: 2} as MachineEvent], promoted, at).machine.loss;
      expect(lost({...moment, now: 1500})).toEqual({cause: 'server-lost', at: 1000});
      expect(lost({...decided, now: 1500})).toEqual({cause: 'runner-lost', at: 1500});
      const done = play([{kind: 'caught-up', attempt: 2}], kept.machine).machine;
      const later = play([{...clean, attempt: 2} as MachineEvent], done, {...decided, now: 1500}).machine;
      expect(later.loss).toEqual({cause: 'runner-lost', at: 1500});
    });

    test('that joins no log, replaces the old one when that had its time', () => {
      const late = play([{kind: 'standby-late', attempt: 2}], kept.machine);
      expect(late.machine).toMatchObject({attempt: 2, connection: {kind: 'live'}});
      expect(late.effects.at(-1)).toEqual({kind: 'drop', attempt: 1});
    });

    test('is closed with the stream', () => {
      expect(play([{kind: 'close'}], standby.machine).effects).toEqual([
        {kind: 'drop', attempt: 1},
        {kind: 'drop', attempt: 2},
      ]);
    });
  });

  const attemptEvents = keysOf(events)
    .map((name): MachineEvent => events[name])
    .filter((event): event is AttemptEvent => 'attempt' in event);

  const outsideEvents = keysOf(events)
    .map((name): MachineEvent => events[name])
    .filter((event) => !('attempt' in event));

  /** Random histories in which most events belong to the newest attempts. */
  const histories = fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({event: fc.constantFrom(...attemptEvents), back: fc.nat(3), isDecided: fc.boolean()}),
      },
      {
        weight: 1,
        arbitrary: fc.record({event: fc.constantFrom(...outsideEvents), back: fc.constant(0), isDecided: fc.boolean()}),
      },
    ),
    {maxLength: 60},
  );

  type Move = {readonly event: MachineEvent; readonly back: number; readonly isDecided: boolean};

  /** Plays a history; `check` sees the machine before and after each event. */
  function walk(history: readonly Move[], check: (before: Machine, event: MachineEvent, after: Play) => void): void {
    let machine = initialMachine;
    for (const {event, back, isDecided} of history) {
      const dated = 'attempt' in event ? {...event, attempt: Math.max(1, machine.lastAttempt - back)} : event;
      const after = step(machine, dated, isDecided ? decided : moment);
      check(machine, dated, after);
      machine = after.machine;
    }
  }

  const {PIPETAIL_RUNS = '300'} = process.env;
  const runs = {numRuns: Number(PIPETAIL_RUNS)};

  test('an event of an older attempt never changes anything', () => {
    fc.assert(
      fc.property(histories, (history) => {
        walk(history, (before, event, after) => {
          const isStale =
            'attempt' in event && event.attempt !== before.attempt && event.attempt !== before.standby?.attempt;
          if (isStale) expect(after).toEqual({machine: before, effects: []});
        });
      }),
      runs,
    );
  });

  test('at most one connection, two only while a silent one is replaced; none while waiting, gone or closed', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const open = new Set<number>();
        walk(history, (before, event, after) => {
          // What has ended is no connection any more.
          if ('attempt' in event && (event.kind === 'body-ended' || event.kind === 'refused'))
            open.delete(event.attempt);
          for (const effect of after.effects) {
            if (effect.kind === 'drop') open.delete(effect.attempt);
            if (effect.kind === 'connect') open.add(effect.attempt);
          }
          const {connection, standby} = after.machine;
          const allowed = ['connecting', 'catching-up', 'live'].includes(connection.kind) ? 1 : 0;
          expect(open.size).toBeLessThanOrEqual(allowed + (standby ? 1 : 0));
          if (standby) expect(connection.kind).toBe('live');
          expect(after.machine.lastAttempt).toBeGreaterThanOrEqual(before.lastAttempt);
        });
      }),
      runs,
    );
  });

  test('a stream that is not closed always has something to wait for, but where another one goes on', () => {
    fc.assert(
      fc.property(histories, (history) => {
        walk(history, (before, _event, after) => {
          if (after.machine === before) return;
          const kinds = after.effects.map(({kind}) => kind);
          const {connection} = after.machine;
          switch (connection.kind) {
            case 'waiting':
              expect(kinds).toContain('wait');
              break;
            case 'gone':
              expect(kinds.includes('wait')).toBe(connection.reason.kind !== 'renamed');
              break;
            case 'ended':
              expect(kinds).toContain('look-up');
              break;
            case 'connecting':
              expect(kinds.includes('connect') || before.standby !== undefined).toBe(true);
              break;
          }
        });
      }),
      runs,
    );
  });
});
