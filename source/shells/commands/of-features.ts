import type {DiffRequest, TimelineRequest} from '../../kit/settings/command-request.ts';
import type {ShellCommand} from '../../kit/shell/shell-command.ts';

type ShellCommands = {
  readonly diff?: () => Promise<ShellCommand<DiffRequest>>;
  readonly timeline?: () => Promise<ShellCommand<TimelineRequest>>;
};

/** Shell commands of features, each loaded when it is called. A new one is a line here. */
export const shellCommands: ShellCommands = {
  diff: async () => (await import('../../features/changes/diff.ts')).diffCommand,
  timeline: async () => (await import('../../features/timeline/timeline-command.ts')).timelineCommand,
};
