import {levelChoices, oneOf, timeChoices} from './choices.ts';
import {closest} from './closest.ts';
import type {GivenOptions} from './given.ts';
import {UsageError} from './usage-error.ts';

/** How a log is looked at, and the list beside it, until keys change it. */
export type View = {
  readonly wrap: boolean;
  /** Lines as sent, not the compact form. */
  readonly asSent: boolean;
  readonly time: (typeof timeChoices)[number];
  /** The least level that is shown; undefined: all. */
  readonly level: (typeof levelChoices)[number] | undefined;
  /** Cells, or `auto`: by the terminal's width. */
  readonly sidebar: number | 'auto' | 'off';
};

/**
 * The view at the start, `initial`: of all that no key has changed. What keys changed in a tab comes back with the last
 * session and wins over it, since it is the later choice and of that tab; but what is `typed` on the command line wins
 * over both: who types a flag means what is on the screen next.
 */
export type StartView = {
  readonly initial: View;
  readonly typed: Partial<View>;
  /** Zone of local times; undefined: the system's. */
  readonly zone: string | undefined;
};

/** Throws `UsageError`. */
export function readView({value, isOn, isTyped, nameOf}: GivenOptions): StartView {
  const zone = readZone(value('zone'), nameOf('zone'));
  const time = value('time');
  const level = value('level')?.toLowerCase();
  const initial: View = {
    wrap: isOn('wrap'),
    asSent: isOn('as-sent'),
    time:
      time === undefined
        ? zone === undefined
          ? 'sent'
          : 'local'
        : oneOf(nameOf('time'), time.toLowerCase(), timeChoices),
    level: level === undefined ? undefined : oneOf(nameOf('level'), level, levelChoices),
    sidebar: readSidebar(value('sidebar') ?? 'auto', nameOf('sidebar')),
  };
  const {wrap, asSent, sidebar} = initial;
  const typed: Partial<View> = {
    ...(isTyped('wrap') && {wrap}),
    ...(isTyped('as-sent') && {asSent}),
    ...((isTyped('time') || isTyped('zone')) && {time: initial.time}),
    ...(isTyped('level') && {level: initial.level}),
    ...(isTyped('sidebar') && {sidebar}),
  };
  return {initial, typed, zone};
}

/** The zone as the system's tables spell it. */
function readZone(zone: string | undefined, name: string): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', {timeZone: zone}).resolvedOptions().timeZone;
  } catch {
    const near = closest(zone, Intl.supportedValuesOf('timeZone'));
    const advice = near === undefined ? 'write one such as Europe/Berlin or UTC' : `did you mean '${near}'?`;
    throw new UsageError(`${name} '${zone}' is no time zone · ${advice}`);
  }
}

const narrowest = 8;

function readSidebar(text: string, name: string): View['sidebar'] {
  const typed = text.trim().toLowerCase();
  if (typed === 'auto' || typed === 'off') return typed;
  if (!/^\d{1,4}$/.test(typed) || Number(typed) < narrowest) {
    throw new UsageError(`${name} takes a width in cells, ${narrowest} at least, auto or off, not '${text}'`);
  }
  return Number(typed);
}
