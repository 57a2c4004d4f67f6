import type {Marker} from '../../engine/buffer/markers.ts';
import {codeOf} from '../../engine/disk/save-file.ts';
import {addPieces, openedPieces} from '../../engine/feeds/opened-log.ts';
import {readFacts} from '../../engine/logs/bundle-facts.ts';
import {findOpened} from '../../engine/logs/bundle-log.ts';
import {LogSink} from '../../engine/logs/log-sink.ts';
import {capabilitiesOf, type FoundLog} from '../../engine/opened/found-log.ts';
import {readFailureWords} from '../../engine/opened/open-error.ts';
import {RecordIndex} from '../../engine/records/record-index.ts';
import type {Settings} from '../../kit/settings/settings.ts';
import {fewOf, namedIn} from '../../kit/shell/find-named-logs.ts';
import {describePipeline} from '../../kit/shell/named-pipelines.ts';
import {mostLogBytes, type ServerLogOptions, withServerLog} from '../../kit/shell/server-log.ts';
import type {FilesOptions} from '../../kit/shell/shell-command.ts';
import {markerText} from '../../kit/words/marker-words.ts';
import {missingWords} from '../../kit/words/missing-part.ts';
import {clean} from '../../lib/clean.ts';
import {nextTurn} from '../../lib/clock.ts';
import {counted} from '../../lib/format.ts';
import {jsonText} from '../../lib/json.ts';
import {runAtOnce} from '../../lib/slices.ts';
import {changesObject, changesTextSteps, type KnownProgram, runFacts} from './changes-words.ts';
import {comparedRuns, RunCounter, type RunProfile, runBefore} from './run-changes.ts';

/** Bytes that are counted at a time. */
const blockBytes = 256 * 1024;

export type DiffRequest = Pick<Settings, 'runs' | 'from'> & {
  readonly name: string | undefined;
  readonly output: 'text' | 'json';
};

/** The text of `pipetail diff` of what the server has. Rejects with an `ApiError`, or an `Error` of one line. */
export async function diffOfServer(
  request: DiffRequest & {readonly name: string},
  options: ServerLogOptions,
): Promise<string> {
  const {name} = request;
  // Also for the reason why there is no log.
  const program = await describePipeline(options.client, name, options.signal);
  return textOf(request, {runs: await runsOfServer(name, options), program}, ['the server', ` of ${name}`]);
}

/** Returns that text of a recording, a file, a support bundle or stdin. Rejects with an `Error` of one line. */
export async function diffOfRecording(
  {name, from, ...request}: DiffRequest & {readonly from: string},
  options: FilesOptions,
): Promise<string> {
  const read = async () => {
    const found = await logToCompare(from, name, options);
    const facts = await readFacts(found, options);
    return {name: name ?? found.name, ...(await runsOf(found, options)), program: facts?.pipeline};
  };
  const log = await read().catch((error: unknown) => {
    const code = codeOf(error);
    throw code === undefined ? error : new Error(`${from} cannot be read: ${readFailureWords(code)}`, {cause: error});
  });
  const where = from === '-' ? 'stdin' : clean(from);
  return textOf({...request, name: log.name}, log, [where, name === undefined ? '' : ` of ${name}`]);
}

/** Several of one name are of one pipeline: the newest is compared. Rejects with an `Error` of one line. */
async function logToCompare(
  from: string,
  name: string | undefined,
  {clock, signal, note}: FilesOptions,
): Promise<FoundLog> {
  const options = {signal, note, progress: {clock, tell: note}};
  const found =
    name === undefined ? await findOpened(from, options) : await namedIn(from, name, {...options, called: name});
  if (typeof found === 'string') throw new Error(found);
  const names = [...new Set(found.map((log) => log.name))];
  const newest = found.at(-1);
  if (newest && (name !== undefined || names.length === 1)) return newest;
  throw new Error(`${clean(from)} has ${counted(found.length, 'log', 'logs')}, name one: ${fewOf(names)}`);
}

type RunsRead = {
  readonly runs: readonly RunProfile[];
  readonly program: KnownProgram;
  /** End of a log to which nothing is added. */
  readonly endId?: number;
};

function textOf(
  {name, runs: wanted, output}: Pick<DiffRequest, 'runs' | 'output'> & {readonly name: string},
  {runs, program, endId}: RunsRead,
  /** Subject and rest of a sentence about the runs. */
  [where, ofWhat]: readonly [where: string, ofWhat: string],
): string {
  const newer = wanted ? runs[wanted[1] - 1] : runs.at(-1);
  const older = wanted ? runs[wanted[0] - 1] : newer && runBefore(runs, newer);
  if (!older || !newer) {
    const has = `${where} has ${counted(runs.length, 'run', 'runs')}${ofWhat}`;
    throw new Error(wanted ? `there is no run ${wanted[older ? 1 : 0]}: ${has}` : `${has}: nothing to compare`);
  }
  const compared = comparedRuns({pipeline: name, older, newer});
  if (output === 'json') return `${jsonText(changesObject(compared, program), 2)}\n`;
  return runAtOnce(changesTextSteps(compared, runFacts(compared, program, endId)));
}

async function runsOfServer(name: string, options: ServerLogOptions): Promise<readonly RunProfile[]> {
  return await withServerLog(name, options, ({buffer}, cut) => {
    if (cut !== undefined) options.note(missingWords({part: 'log', why: cut}));
    const index = new RecordIndex(buffer);
    const counter = new RunCounter({buffer, index});
    countAll(index, counter);
    return counter.runs;
  });
}

async function runsOf(
  found: FoundLog,
  {clock, note, signal, ...options}: FilesOptions,
): Promise<Pick<RunsRead, 'runs' | 'endId'>> {
  // The oldest lines leave the buffer once they are counted.
  const sink = new LogSink({buffer: {maxBytes: mostLogBytes}, clock, countsErrors: false});
  const {buffer} = sink;
  const index = new RecordIndex(buffer);
  const counter = new RunCounter({buffer, index});
  const onPiece = async () => {
    countAll(index, counter);
    // ^C is heard.
    await nextTurn(clock);
  };
  const {isRecorded} = capabilitiesOf(found);
  const onMarker = (marker: Marker) => {
    if (marker.kind === 'unreadable') note(markerText(marker));
  };
  const adding = {sink, signal, clock, isRecorded, mostBytes: blockBytes, onMarker, onPiece};
  await addPieces(openedPieces(found, {...options, signal}), adding);
  countAll(index, counter);
  return {runs: counter.runs, endId: buffer.endId};
}

function countAll(index: RecordIndex, counter: RunCounter): void {
  while (!index.step(blockBytes)) counter.step(blockBytes);
  while (!counter.step(blockBytes));
}
