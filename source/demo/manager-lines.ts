import type {Level} from './log-lines.ts';

/** A line of the runner itself, tagged `[manager]`. */
export type ManagerEvent = {
  readonly level: Level;
  /** The module below `pipeline_manager::runner`. */
  readonly module: 'pipeline_logs' | 'pipeline_automata' | 'local_runner';
  /** May hold newlines; the suffix with the id follows the last line. */
  readonly message: string;
  readonly pipelineId: string;
  /** The log module does not know the name and says `N/A`. */
  readonly pipelineName: string;
};

/**
 * The shape of the runner's own lines: text, JSON where the server runs with FELDERA_LOG_JSON, or text of older servers:
 * `control-plane` is that of 0.200 to 0.206; `bare`, of 0.97 to 0.199, differs from it in the discard notice.
 */
export type ManagerFormat = 'text' | 'json' | 'control-plane' | 'bare';

/** The runner's line. `stamp` is RFC 3339. */
export function managerLine(format: ManagerFormat, stamp: string, event: ManagerEvent): string {
  const target = `pipeline_manager::runner::${event.module}`;
  const level = event.level.padStart(5);
  switch (format) {
    case 'text': {
      const suffix = `pipeline-id="${event.pipelineId}" pipeline-name="${event.pipelineName}"`;
      return `[manager] ${stamp} ${level} ${target}: ${event.message} ${suffix}`;
    }
    case 'json':
      return JSON.stringify({
        timestamp: stamp,
        level: event.level,
        target,
        'feldera-service': 'runner',
        'pipeline-name': event.pipelineName,
        'pipeline-id': event.pipelineId,
        fields: {line: event.message},
      });
    case 'control-plane':
    case 'bare':
      return `[control-plane] ${stamp} ${level} ${event.message}`;
  }
}

/** The first entry of every life of a ring. */
export const freshStart = 'Fresh start of pipeline logs';

/** The text of the notice that stands before a replay whose beginning is gone. */
export function discardNotice(entries: number): string {
  return `... ${entries} prior log lines were discarded due to buffer constraints and are thus not shown.`;
}

/** Ends a body whose log has ended, plain in every format. */
export const sentinel = 'Logs have ended';
