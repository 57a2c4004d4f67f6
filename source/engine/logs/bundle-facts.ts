import type {Clock} from '../../lib/clock.ts';
import {byteSize, readTime} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import {parseEventDetail, parseEvents, parsePipelineDetail} from '../api/parse-pipeline.ts';
import {statsSteps} from '../api/parse-stats.ts';
import {ServerJson} from '../api/server-text.ts';
import type {MonitorEvent, MonitorEventDetail, PipelineDetail} from '../api/types.ts';
import {type Collected, readWhole} from '../opened/find-bundle.ts';
import type {FoundLog} from '../opened/found-log.ts';
import {nothingUnpacked} from '../opened/unpack.ts';
import type {PipelineHistory} from '../pipelines/pipeline-history.ts';
import {type KnownStats, noStats} from '../pipelines/stats-poller.ts';
import {configurationSteps} from '../program/configuration.ts';

/** Bytes of a configuration as JSON that a page shows: it is laid out as a whole. The largest one seen has 200 kB. */
const mostShown = 256 * 1024;

/** Contents of a support bundle beside a log, in the shapes of a server's answers. */
export type BundleFacts = {
  /** Pipeline as the newest collection with its configuration has it; undefined: no collection has one. */
  readonly pipeline: PipelineDetail | undefined;
  /**
   * Configuration as indented JSON, safe to show and without what may be a credential, or a sentence if it is too
   * large. The bundle may have none.
   */
  readonly configuration: string | undefined;
  /** Events of all collections, newest first, and the newest statistics. */
  readonly history: PipelineHistory;
  /** Newest statistics, with the connector errors. `at`: when they were collected; the time series is in no bundle. */
  readonly known: KnownStats;
};

/**
 * Reads what the collections of a bundle, oldest first, tell beside its log. What is missing or damaged is left out. Undefined:
 * it is no bundle, and has nothing beside its log.
 */
export async function readFacts(
  found: FoundLog,
  {clock, signal = new AbortController().signal}: {readonly clock: Clock; readonly signal?: AbortSignal},
): Promise<BundleFacts | undefined> {
  if (found.kind !== 'bundle') return undefined;
  const total = nothingUnpacked();
  const events = new Map<string, MonitorEvent>();
  const details = new Map<string, MonitorEventDetail>();
  const buffered: KnownStats['buffered'][number][] = [];
  let pipeline: PipelineDetail | undefined;
  let configuration: string | undefined;
  let known: Pick<KnownStats, 'stats' | 'at'> = noStats;
  for (const {at, files} of found.collections) {
    const read = async <T>(
      file: Collected,
      parse: (json: ServerJson, size: number) => T | Promise<T>,
    ): Promise<T | undefined> => {
      const part = files.get(file);
      const bytes = part && (await readWhole(part, {signal, total}));
      if (!bytes) return undefined;
      return await unlessTooDeep(async () => await parse(ServerJson.read(bytes), bytes.length));
    };
    const sent = await read('pipeline_events.json', (json) => ({events: parseEvents(json), errors: errorsIn(json)}));
    for (const event of sent?.events ?? []) events.set(event.id, event);
    for (const detail of sent?.errors ?? []) details.set(detail.id, detail);
    const config = await read('pipeline_config.json', async (json, size) => ({
      detail: parsePipelineDetail(json),
      text: json.isObject ? await configurationText(json, size, {clock, signal}) : undefined,
    }));
    pipeline = config?.detail ?? pipeline;
    configuration = config?.text ?? configuration;
    const stats = await read('stats.json', (json) => runInSlices(statsSteps(json), {clock, signal}));
    if (!stats) continue;
    if (known.stats && isOtherProcess(known.stats.uptime, stats.uptime)) buffered.length = 0;
    known = {stats, at};
    const records = stats.bufferedRecords;
    if (records !== undefined && at !== undefined) buffered.push({at, records});
  }
  const newestFirst = [...events.values()].sort((a, b) => readTime(b.time) - readTime(a.time));
  return {
    pipeline,
    configuration,
    history: {events: newestFirst, details, stats: known.stats, missing: []},
    known: {...noStats, ...known, buffered},
  };
}

async function configurationText(
  json: ServerJson,
  size: number,
  options: Parameters<typeof runInSlices>[1],
): Promise<string | undefined> {
  return size <= mostShown
    ? await runInSlices(configurationSteps(json.wholeJson(2)), options)
    : `It has ${byteSize(size)}, too much for this page: it is in pipeline_config.json of the bundle.`;
}

/** Returns the events at which there was an error, in full. */
function errorsIn(json: ServerJson): readonly MonitorEventDetail[] {
  const failed = json.items?.filter((item) => item.flagOf('deployment_has_error') === true) ?? [];
  return failed.flatMap((item) => parseEventDetail(item) ?? []);
}

/** Returns what `read` returns; undefined if that is nested so deep that writing it again overflows the stack. */
async function unlessTooDeep<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Tells whether another process has started since, by the milliseconds since each started. */
function isOtherProcess(before: number | undefined, now: number | undefined): boolean {
  return before !== undefined && now !== undefined && now < before;
}
