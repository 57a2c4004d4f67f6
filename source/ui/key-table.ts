import type {KeyRemap} from '../settings/config-file.ts';
import type {KeyLine} from '../settings/config-template.ts';
import {allCommands} from './commands.ts';
import {remap} from './remap-keys.ts';

/** What `pipetail config`, which knows nothing of the screen, has to know of its keys. */
export const keyTable = {
  /** What is wrong with keys in a configuration file, each as `file:line: …`. */
  problems: (remaps: readonly KeyRemap[]): readonly string[] => remap(allCommands, remaps).problems,
  lines: (): readonly KeyLine[] => allCommands.map(({id, keys, help}) => ({command: id, keys, help})),
};
