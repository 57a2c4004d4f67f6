import type {ApiClient} from '../../../engine/api/types.ts';
import {forEachLog, type LogManager} from '../../../engine/logs/log-manager.ts';
import type {ListPoller} from '../../../engine/pipelines/list-poller.ts';
import {readHistory} from '../../../engine/pipelines/pipeline-history.ts';
import {diagnose} from '../../../features/why/diagnose.ts';
import {alertObject} from '../../../kit/journal/alerts.ts';
import {EventTracker} from '../../../kit/journal/event-tracker.ts';
import {AlertCommand} from '../../../kit/system/alert-command.ts';
import type {Clock} from '../../../lib/clock.ts';

type LogAlertsOptions = {
  readonly command: string;
  /** See `AlertCommand`. */
  readonly credentialVariables: readonly string[];
  readonly manager: LogManager;
  /** Its lists have renamed the logs before the alerts about them. */
  readonly poller: ListPoller;
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly process: NodeJS.Process;
  /** Writes one line to stderr. */
  readonly note: (line: string) => void;
  /** Ends the commands that run at once. */
  readonly signal: AbortSignal;
};

/** Runs the command of `--on-alert` for the logs that are printed. Call the result at the end: it waits for what runs. */
export function startLogAlerts(options: LogAlertsOptions): () => Promise<void> {
  const {command, credentialVariables, manager, poller, client, clock, process, note, signal} = options;
  const alerts = new AlertCommand({command, credentialVariables, process, clock});
  alerts.onFailure((text) => note(`pipetail: ${text}`));
  signal.addEventListener('abort', () => alerts.dispose());
  // The end of a pipeline is told after its log is closed. A log has the name that its pipeline has now.
  const printed = new Set<{readonly name: string}>();
  const leaveLogs = forEachLog(manager, (log) => {
    printed.add(log);
    return () => {};
  });
  const events = new EventTracker({
    logs: manager,
    poller,
    clock,
    diagnose,
    history: (name, signal) => readHistory(client, name, signal),
    events: {
      awayAfter: 0,
      onAlert(alert) {
        if (![...printed].some(({name}) => name === alert.pipeline)) return;
        const object = alertObject(alert, {server: client.baseUrl, now: clock.wall()});
        alerts.add(alert.pipeline, object, alert.kind === 'failed');
      },
    },
  });
  const stop = events.start();
  return async () => {
    events.flush();
    leaveLogs();
    stop();
    await alerts.idle();
    alerts.dispose();
  };
}
