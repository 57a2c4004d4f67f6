import {silentNetwork} from '../api/transport-failure.ts';
import type {ApiFailure} from '../api/types.ts';
import type {LossCause} from '../buffer/markers.ts';
import {retryDelay, slowDelay} from './backoff.ts';
import {
  type AttemptEvent,
  type BodySummary,
  type ConnectionState,
  type Doubt,
  type Effect,
  type GoneReason,
  isOpen,
  type Loss,
  type Machine,
  type MachineEvent,
  type OutsideEvent,
  type Standby,
} from './state.ts';

type MachineContext = {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** A random number in [0, 1) for the jitter. */
  readonly roll: number;
  /** The last replay has found its place in the log: a marker has reported the outage, and new lines came. */
  readonly decided: boolean;
  /** Number of the newest request of the whole program. */
  readonly requests: number;
};

type Step = {readonly machine: Machine; readonly effects: readonly Effect[]};

export const initialMachine: Machine = {
  connection: {kind: 'idle'},
  attempt: 0,
  lastAttempt: 0,
  tries: 0,
  uselessCuts: 0,
  loss: undefined,
  opened: false,
  renamedTo: undefined,
  standby: undefined,
  wakeAfter: undefined,
  isEarly: false,
  earlyFailures: 0,
  isBackoffReset: false,
};

const freshBackoff = {tries: 0, uselessCuts: 0, isEarly: false, earlyFailures: 0, isBackoffReset: false};
/** Early attempts that may fail in an outage, as they do where the link is cut again, and be followed by others. */
const mostEarlyFailures = 3;
/** Connections in a row that are cut soon, bring nothing new, and are followed by another one soon. */
const mostUselessCuts = 5;
/** Milliseconds after which a connection that is cut was of use, though its log was quiet. */
const steadyAfter = 10_000;

/** The whole connection logic. Pure: no timer, no fetch, no clock. An event that means nothing here changes nothing. */
export function step(machine: Machine, event: MachineEvent, context: MachineContext): Step {
  const {connection, standby} = machine;
  const unchanged: Step = {machine, effects: []};
  if ('attempt' in event && event.attempt !== machine.attempt) {
    return event.attempt === standby?.attempt ? stepStandby(machine, standby, event, context) : unchanged;
  }
  switch (event.kind) {
    case 'opened':
      return connection.kind === 'connecting' ? catchUp(machine, context) : unchanged;
    case 'caught-up':
      return connection.kind === 'catching-up' ? goLive(machine, context) : unchanged;
    case 'body-ended':
      return isOpen(connection) ? stepBodyEnded(machine, event, context) : unchanged;
    case 'refused':
      // On an open connection this is our own defect: a handler threw.
      if (isOpen(connection)) return retry(recordLoss(machine, 'unknown', context), event.failure, context);
      return connection.kind === 'connecting' ? fail(machine, event.failure, context) : unchanged;
    case 'looked-up':
      return connection.kind === 'ended' ? stepLookedUp(machine, event, context) : unchanged;
    case 'retry-due':
      return connection.kind === 'waiting' || connection.kind === 'gone' ? connect(machine) : unchanged;
    case 'reconnect':
      return connect(isOpen(connection) ? recordLoss(machine, 'asked', context) : machine);
    case 'slept':
      // An open connection may still hold more than the next replay has: nobody may drop it before it is drained.
      if (isOpen(connection))
        return {machine: {...machine}, effects: [{kind: 'drain', attempt: machine.attempt, of: event.of}]};
      return machine.renamedTo === undefined ? connect(machine) : unchanged;
    case 'listed':
      return stepListed(machine, event.as, context);
    case 'renamed':
      return gone({...machine, renamedTo: event.to}, {kind: 'renamed', to: event.to}, context);
    case 'server-answered':
      return isWokenBy(machine, event.request) ? wake(machine) : unchanged;
    case 'close':
      return close(isOpen(connection) ? recordLoss(machine, 'turn', context) : machine);
    case 'silent':
      return connection.kind === 'live' && !standby ? connectStandby(machine, event.cause) : unchanged;
    case 'received':
      return standby ? stepReceived(machine, standby) : unchanged;
    case 'standby-late':
      return unchanged;
  }
}

/** Until `reconnect`. */
function close(machine: Machine): Step {
  return {
    machine: {...machine, attempt: 0, standby: undefined, wakeAfter: undefined, connection: {kind: 'idle'}},
    effects: drops(machine),
  };
}

function catchUp(machine: Machine, {now}: MachineContext): Step {
  const {attempt, loss} = machine;
  return {
    machine: {...machine, opened: true, renamedTo: undefined, connection: {kind: 'catching-up', since: now}},
    effects: [{kind: 'start-replay', attempt, loss}],
  };
}

function goLive(machine: Machine, context: MachineContext): Step {
  const {attempt} = machine;
  return {
    machine: {
      ...machine,
      tries: 0,
      // Where all connections are cut soon, an answer of the server ends only every second wait, live or not.
      isEarly: machine.isEarly && machine.uselessCuts >= mostUselessCuts,
      earlyFailures: machine.uselessCuts >= mostUselessCuts ? machine.earlyFailures : 0,
      isBackoffReset: false,
      loss: unreportedLoss(machine, context),
      connection: {kind: 'live'},
    },
    effects: [{kind: 'settle', attempt}],
  };
}

function stepBodyEnded(
  machine: Machine,
  event: Extract<AttemptEvent, {kind: 'body-ended'}>,
  context: MachineContext,
): Step {
  const {attempt, standby} = machine;
  const lost = recordLoss(machine, causeOf(event), context);
  if (standby) return promote(lost, standby, context);
  if (!event.endMarker) return retry(afterCut(lost, event), undefined, context);
  return {machine: {...lost, connection: {kind: 'ended'}}, effects: [{kind: 'look-up', attempt}]};
}

/**
 * A connection that brought bytes is followed by another one soon, however many had failed before it, and whether or not it
 * was live. But each costs the server a replay of up to 1 MB: where they are all cut and bring nothing new, the waits grow.
 */
function afterCut(machine: Machine, {brought, lasted}: BodySummary): Machine {
  if (brought === 'nothing') return machine;
  if (brought === 'new' || lasted >= steadyAfter) return {...machine, ...freshBackoff};
  const uselessCuts = machine.uselessCuts + 1;
  const over = uselessCuts - mostUselessCuts;
  return over > 0 ? {...machine, uselessCuts, tries: over} : {...machine, ...freshBackoff, uselessCuts};
}

function stepLookedUp(
  machine: Machine,
  {found}: Extract<AttemptEvent, {kind: 'looked-up'}>,
  context: MachineContext,
): Step {
  if (found.kind === 'failed') return fail(machine, found.failure, context);
  const next = found.kind === 'same' ? retry(machine, undefined, context) : connect(machine);
  const because = found.kind === 'same' ? 'stopped' : 'created-again';
  return {...next, effects: [{kind: 'mark-ended', because}, ...next.effects]};
}

function stepListed(
  machine: Machine,
  as: Extract<OutsideEvent, {kind: 'listed'}>['as'],
  context: MachineContext,
): Step {
  const {connection} = machine;
  const away = connection.kind === 'waiting' || connection.kind === 'gone';
  switch (as) {
    case 'appeared':
    case 'replaced':
      return away ? connect({...machine, renamedTo: undefined}) : {machine, effects: []};
    case 'missing':
      return connection.kind === 'waiting' ? gone(machine, {kind: 'deleted'}, context) : {machine, effects: []};
  }
}

/** Opens another connection beside the one that may be dead. */
function connectStandby(machine: Machine, cause: Doubt): Step {
  const attempt = machine.lastAttempt + 1;
  return {
    machine: {...machine, lastAttempt: attempt, standby: {attempt, isOpen: false, isFirstAlive: false, cause}},
    effects: [{kind: 'connect', attempt}],
  };
}

/** The old connection is read on until the standby replaces it: what happens to the standby changes nothing before. */
function stepStandby(machine: Machine, standby: Standby, event: AttemptEvent, context: MachineContext): Step {
  switch (event.kind) {
    case 'opened':
      return {
        machine: {...machine, standby: {...standby, isOpen: true}},
        effects: [{kind: 'keep', attempt: standby.attempt, cause: standby.cause}],
      };
    case 'caught-up':
      return standby.isOpen ? takeOver(machine, standby, context) : {machine, effects: []};
    case 'body-ended':
    case 'refused':
      return dropStandby(machine, standby);
    case 'standby-late':
      // A loss that it brings is one: the old connection had its time.
      return standby.isOpen && !standby.isFirstAlive
        ? takeOver(machine, standby, context)
        : dropStandby(machine, standby);
    case 'looked-up':
    case 'retry-due':
    case 'silent':
    case 'received':
      return {machine, effects: []};
  }
}

/**
 * After a pause what comes may be the last that the old connection holds: only with the standby's body, which began before
 * the server dropped more, does it make a whole log.
 */
function stepReceived(machine: Machine, standby: Standby): Step {
  if (standby.cause === 'silent') return dropStandby(machine, standby);
  return {
    machine: standby.isFirstAlive ? machine : {...machine, standby: {...standby, isFirstAlive: true}},
    effects: [],
  };
}

/** The standby replaces the silent connection. */
function takeOver(machine: Machine, {attempt, cause}: Standby, context: MachineContext): Step {
  const loss = unreportedLoss(machine, context) ?? {cause, at: context.now};
  return {
    machine: {...machine, attempt, loss, standby: undefined, connection: {kind: 'live'}},
    effects: [
      {kind: 'start-replay', attempt, loss},
      {kind: 'settle', attempt},
      {kind: 'drop', attempt: machine.attempt},
    ],
  };
}

/** The silent connection ended before its standby was ready: the standby replaces it. */
function promote(machine: Machine, {attempt, isOpen}: Standby, {now}: MachineContext): Step {
  const connection: ConnectionState = isOpen ? {kind: 'catching-up', since: now} : {kind: 'connecting'};
  const effects: Effect[] = [{kind: 'drop', attempt: machine.attempt}];
  if (isOpen) effects.push({kind: 'start-replay', attempt, loss: machine.loss});
  return {machine: {...machine, attempt, standby: undefined, connection}, effects};
}

function dropStandby(machine: Machine, standby: Standby): Step {
  return {machine: {...machine, standby: undefined}, effects: [{kind: 'drop', attempt: standby.attempt}]};
}

/** Opens another connection at once, in place of all others. */
function connect(machine: Machine): Step {
  const attempt = machine.lastAttempt + 1;
  return {
    machine: {
      ...machine,
      attempt,
      lastAttempt: attempt,
      standby: undefined,
      wakeAfter: undefined,
      isEarly: false,
      connection: {kind: 'connecting'},
    },
    effects: [...drops(machine), {kind: 'connect', attempt}],
  };
}

/** Returns whether a good answer to this request ends the wait. */
export function isWokenBy({wakeAfter}: Machine, request: number): boolean {
  return wakeAfter !== undefined && request > wakeAfter;
}

/**
 * Connects at once, as the server answers other requests. If that fails more than a few times, no answer ends the next
 * wait: a server that serves the list but no log gets at most twice as many attempts. Once an outage the backoff is
 * reset too, because it had grown for a server that was away; not for one that accepted the connection and dropped it.
 */
function wake(machine: Machine): Step {
  const {connection, tries} = machine;
  const resetsBackoff = !machine.isBackoffReset && !(connection.kind === 'waiting' && connection.failure === undefined);
  const {machine: next, effects} = connect(machine);
  return {
    machine: {
      ...next,
      isEarly: true,
      isBackoffReset: machine.isBackoffReset || resetsBackoff,
      tries: resetsBackoff ? 0 : tries,
    },
    effects,
  };
}

function fail(machine: Machine, failure: ApiFailure, context: MachineContext): Step {
  if (failure.kind !== 'fatal') return retry(machine, failure, context);
  if (failure.reason !== 'unknown-pipeline') return gone(machine, {kind: 'refused', failure}, context);
  const {renamedTo: to} = machine;
  return gone(machine, to === undefined ? {kind: 'deleted'} : {kind: 'renamed', to}, context);
}

function retry(machine: Machine, failure: ApiFailure | undefined, context: MachineContext): Step {
  const tries = machine.tries + 1;
  const earlyFailures = machine.earlyFailures + (machine.isEarly ? 1 : 0);
  const milliseconds = retryDelay(failure, tries, context.roll);
  // The empty 404 is normal while a runner starts: no error to show.
  const shown = failure?.kind === 'retryable' && failure.reason === 'not-ready' ? undefined : failure;
  const cause = machine.loss?.cause ?? 'unknown';
  const {attempt} = machine;
  // The end of a log is no failure, the empty 404 is tried again soon, and a wait that the server requested is kept.
  const mayBeWoken =
    failure?.kind === 'retryable'
      ? failure.reason !== 'not-ready' && failure.retryAfter === undefined
      : cause !== 'runner-stopped';
  return {
    machine: {
      ...machine,
      tries,
      standby: undefined,
      earlyFailures,
      wakeAfter: mayBeWoken && (!machine.isEarly || earlyFailures <= mostEarlyFailures) ? context.requests : undefined,
      connection: {kind: 'waiting', until: context.now + milliseconds, tries, cause, failure: shown},
    },
    effects: [...drops(machine), {kind: 'wait', attempt, milliseconds}],
  };
}

/** Only slow tries from now on, which find a change on the server without a key of the user. */
function gone(machine: Machine, reason: GoneReason, context: MachineContext): Step {
  const milliseconds = reason.kind === 'renamed' ? undefined : slowDelay(context.roll);
  const effects: Effect[] = drops(machine);
  if (milliseconds !== undefined) effects.push({kind: 'wait', attempt: machine.attempt, milliseconds});
  if (reason.kind === 'deleted' && machine.opened) effects.push({kind: 'mark-ended', because: 'deleted'});
  return {
    machine: {
      ...machine,
      // Reported once: the next attempts find the same.
      opened: machine.opened && reason.kind !== 'deleted',
      standby: undefined,
      wakeAfter: reason.kind === 'refused' && !machine.isEarly ? context.requests : undefined,
      connection: {kind: 'gone', reason, until: milliseconds === undefined ? undefined : context.now + milliseconds},
    },
    effects,
  };
}

function drops(machine: Machine): Effect[] {
  const attempts = [machine.attempt, machine.standby?.attempt ?? 0].filter((attempt) => attempt > 0);
  return attempts.map((attempt) => ({kind: 'drop', attempt}));
}

/**
 * An outage keeps the cause and the time of its first loss until a marker has reported it; a later loss is another
 * outage. Only an end that the server itself reported replaces the cause, because the pane has a row about it.
 */
function recordLoss(machine: Machine, cause: LossCause, context: MachineContext): Machine {
  const loss = unreportedLoss(machine, context) ?? {cause, at: context.now};
  return {...machine, loss: cause === 'runner-stopped' ? {...loss, cause} : loss};
}

/** The loss that no marker has reported yet. */
function unreportedLoss(machine: Machine, context: MachineContext): Loss | undefined {
  return context.decided ? undefined : machine.loss;
}

/** The server sends the end marker; a clean end without it means that the runner died. */
export function causeOf(event: Extract<AttemptEvent, {kind: 'body-ended'}>): LossCause {
  if (event.endMarker) return 'runner-stopped';
  switch (event.end.kind) {
    case 'clean':
      return 'runner-lost';
    case 'cut':
      return event.end.message === silentNetwork ? 'silent' : 'server-lost';
    case 'aborted':
      return 'unknown';
  }
}
