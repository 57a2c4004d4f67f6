import type {FlagName} from './option-table.ts';

/**
 * Options and settings under the names that they had before they got those of the screen: of flags, variables and lines of
 * the configuration file. Where a file has both, or the environment, the present one counts. None is ever taken out, and
 * none is shown. Undefined: the option is gone, and a line of a file that has it does nothing.
 */
export const formerOptions: ReadonlyMap<string, FlagName | undefined> = new Map<string, FlagName | undefined>([
  ['connector-errors', undefined],
  ['sidebar', 'list-width'],
  ['strip', 'histogram'],
]);
