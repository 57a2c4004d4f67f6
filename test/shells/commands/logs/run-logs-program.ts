import {runLogsCommand} from '../../../../source/shells/commands/logs/run-logs.ts';
import {readSettings} from '../../../harness/read-settings.ts';

/** Runs `pipetail logs …` with its own arguments; the last line on stderr lists what it would still wait for. */
const settings = readSettings(['logs', ...process.argv.slice(2)], {});
const {request} = settings;
if (request.kind !== 'logs') throw new Error(`read as ${request.kind}`);
await runLogsCommand({settings, request, version: '0', process});
console.error(JSON.stringify(process.getActiveResourcesInfo()));
