import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {runLogsCommand} from '../../../../source/shells/commands/logs/run-logs.ts';
import {readRequest, readSettings} from '../../../harness/read-settings.ts';

/** Runs `pipetail logs …` with its own arguments; the last line on stderr lists what it would still wait for. */
const argv = ['logs', ...process.argv.slice(2)];
const settings = readSettings(argv, {});
const request = readRequest<LogsRequest>(argv);
await runLogsCommand({settings, request, version: '0', process});
console.error(JSON.stringify(process.getActiveResourcesInfo()));
