import {parseEventDetail, parseEvents} from '../api/parse-events.ts';
import {parsePipelineDetail} from '../api/parse-pipeline.ts';
import {parseStats} from '../api/parse-stats.ts';
import {ServerJson} from '../api/server-text.ts';
import type {PipelineDetail, PipelineEvent, PipelineEventDetail} from '../api/types.ts';
import {readTime} from '../lib/format.ts';
import {type Collected, type Collection, readWhole} from '../storage/opened/find-bundle.ts';
import type {PipelineHistory} from './pipeline-history.ts';
import type {KnownStats} from './stats-poller.ts';

/** What a support bundle tells beside a log: the same shapes as those of a server's answers. */
export type BundleFacts = {
  /** As it was when the newest collection was made. */
  readonly pipeline: PipelineDetail | undefined;
  /** The same as indented JSON, safe to show; undefined: the bundle has none. */
  readonly configuration: string | undefined;
  /** Newest first, of all collections; without a failure. */
  readonly history: PipelineHistory & {readonly events: readonly PipelineEvent[]};
  /** With the connector errors. `at`: when they were collected; the time series is in no bundle. */
  readonly known: KnownStats;
};

/** `collections`: of one log, oldest first. What is missing or damaged is left out. */
export async function readBundleFacts(collections: readonly Collection[]): Promise<BundleFacts> {
  const events = new Map<string, PipelineEvent>();
  const details = new Map<string, PipelineEventDetail>();
  const buffered: KnownStats['buffered'][number][] = [];
  let pipeline: PipelineDetail | undefined;
  let configuration: string | undefined;
  let known: Pick<KnownStats, 'stats' | 'at'> = {stats: undefined, at: undefined};
  for (const collection of collections) {
    const read = (file: Collected) => readPart(collection, file);
    const json = await read('pipeline_events.json');
    for (const event of (json && parseEvents(json)) ?? []) events.set(event.id, event);
    for (const item of json?.items ?? []) {
      const detail = item.flagOf('deployment_has_error') === true ? parseEventDetail(item) : undefined;
      if (detail) details.set(detail.id, detail);
    }
    const config = await read('pipeline_config.json');
    pipeline = (config && parsePipelineDetail(config)) ?? pipeline;
    configuration = config?.isObject ? config.asJson(2) : configuration;
    const sent = await read('stats.json');
    const stats = sent && parseStats(sent);
    if (!stats) continue;
    if (known.stats && isOtherProcess(known.stats.uptime, stats.uptime)) buffered.length = 0;
    known = {stats, at: collection.at};
    const records = stats.bufferedRecords;
    if (records !== undefined && collection.at !== undefined) buffered.push({at: collection.at, records});
  }
  const newestFirst = [...events.values()].sort((a, b) => readTime(b.time) - readTime(a.time));
  return {
    pipeline,
    configuration,
    history: {events: newestFirst, details, stats: known.stats},
    known: {...known, gone: [], buffered, series: undefined, failure: undefined, seriesFailure: undefined},
  };
}

async function readPart({files}: Collection, file: Collected): Promise<ServerJson | undefined> {
  const part = files.get(file);
  const bytes = part && (await readWhole(part));
  return bytes && ServerJson.read(bytes);
}

/** By the milliseconds since each started. */
function isOtherProcess(before: number | undefined, now: number | undefined): boolean {
  return before !== undefined && now !== undefined && now < before;
}
