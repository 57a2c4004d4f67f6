import type {OpenServer} from '../commands/open-server.ts';
import type {NamePattern} from '../settings/name-pattern.ts';
import type {Settings} from '../settings/settings.ts';
import type {CommandTable} from '../ui/commands.ts';
import type {ContextSource} from './context-switch.ts';

export type ScreenOptions = {
  readonly settings: Settings;
  readonly names: readonly string[];
  /** Pipelines that match are opened too, those that come later as well. */
  readonly patterns: readonly NamePattern[];
  readonly version: string;
  readonly process: NodeJS.Process;
  /** With the user's keys. */
  readonly commands: CommandTable;
  readonly contexts: ContextSource;
  /** The server, when it is open already. */
  readonly server?: OpenServer;
};
