import {didYouMean} from './closest.ts';
import {UsageError} from './usage-error.ts';

/** Least levels, in the order of severity. */
export const levelChoices = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** How the compact form can show times. */
export const timeChoices = ['sent', 'local', 'utc', 'relative', 'delta', 'off'] as const;

/** Whether `logs` leaves colours in what it prints. */
export const colorChoices = ['auto', 'always', 'never'] as const;

/** How a person who looks elsewhere is told of news. */
export const notifyChoices = ['bell', 'osc9', 'osc777', 'off'] as const;

/** The value, if it is one of those that there are. Throws `UsageError`; `name` names the option in it. */
export function oneOf<Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  const known = [choices.slice(0, -1).join(', '), choices.at(-1)].filter(Boolean).join(' or ');
  throw new UsageError(`${name} takes ${known}, not '${value}'${didYouMean(value, choices)}`);
}
