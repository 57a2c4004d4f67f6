import {commonStates, knownStates} from '../../engine/api/pipeline-state.ts';
import type {ApiClient, Pipeline} from '../../engine/api/types.ts';
import {someAtATime} from '../../engine/pipelines/pipeline-history.ts';
import type {Why, WhyOptions} from '../../features/why/why-of-server.ts';
import {tagMatcher} from '../../kit/settings/names.ts';
import {didYouMean, UsageError} from '../../kit/settings/parse-values.ts';
import {fewOf} from '../../kit/shell/find-named-logs.ts';
import {textColumn} from '../../kit/terminal/fit.ts';
import {
  byName,
  failureCause,
  hasCompileError,
  isFailing,
  pipelineState,
  serverState,
  stateSince,
  tagWords,
} from '../../kit/words/pipeline-words.ts';
import {clean} from '../../lib/clean.ts';
import {elapsedShort, readTime} from '../../lib/format.ts';
import {jsonText} from '../../lib/json.ts';

type ListOptions = WhyOptions & {
  readonly output: 'table' | 'wide' | 'name' | 'json';
  /** In lower case; undefined: all. */
  readonly status: readonly string[] | undefined;
  /** Tags as typed: a pipeline has to have all of them. */
  readonly tag?: readonly string[];
  readonly isColored: boolean;
};

/**
 * The text of `pipetail list`. Rejects with an `ApiError`, a `UsageError` for a state that does not exist, or an `Error` of
 * one line for a tag that no pipeline has.
 */
export async function listText(options: ListOptions): Promise<string> {
  const {client, output, status: statuses, tag: tags = [], signal} = options;
  const isTagged = tags.map(tagMatcher);
  const all = await client.listPipelines(signal);
  if (statuses) checkStates(statuses, all);
  for (const tag of tags) checkTag(tag, all);
  const pipelines = all
    .filter((pipeline) => statuses?.some((status) => sameWord(status, serverState(pipeline))) !== false)
    .filter((pipeline) => isTagged.every((matches) => matches(pipeline)))
    .toSorted(byName);
  switch (output) {
    case 'json': {
      const {why, compiled} = await askMore(pipelines, options);
      const objects = pipelines.map((pipeline) => {
        const {name} = pipeline;
        return pipelineObject(pipeline, {why: why.get(name), programError: compiled.get(name)});
      });
      return `${jsonText(objects, 2)}\n`;
    }
    case 'name':
      return pipelines.map(({name}) => `${name}\n`).join('');
    case 'table':
      return table(pipelines, options);
    case 'wide': {
      const {why, compiled} = await askMore(pipelines, options);
      return table(pipelines, {...options, ofWide: {why, compiled}});
    }
  }
}

/** Asks for what only the long forms tell. */
async function askMore(pipelines: readonly Pipeline[], options: ListOptions) {
  const {whyOfServer} = await import('../../features/why/why-of-server.ts');
  const {client, signal} = options;
  const all = await whyOfServer(pipelines, options);
  const why = new Map(all.map((each, at) => [pipelines[at]?.name ?? '', each]));
  return {why, compiled: await compilerErrors(client, pipelines, signal)};
}

/**
 * Makes an object for scripts, as in docs/json-schema.json: what the server does not send is null. `programError`: errors of
 * the compiler for `failureCause`.
 */
export function pipelineObject(
  pipeline: Pipeline,
  {why, programError}: {readonly why: Why | undefined; readonly programError: string | undefined},
) {
  const {deploymentError, ...facts} = pipeline;
  const error = deploymentError && {
    code: deploymentError.errorCode,
    cause: deploymentError.cause,
    message: deploymentError.message,
  };
  return {
    name: facts.name,
    state: serverState(pipeline),
    since: stateSince(pipeline) || null,
    degraded: why?.isDegraded ?? null,
    logRead: why?.isLogRead ?? null,
    cause: failureCause(pipeline, programError) ?? null,
    deploymentStatus: facts.deploymentStatus || null,
    deploymentStatusSince: facts.deploymentStatusSince || null,
    desiredStatus: facts.deploymentDesiredStatus || null,
    programStatus: facts.programStatus || null,
    programStatusSince: facts.programStatusSince || null,
    storageStatus: facts.storageStatus || null,
    connectorErrors: facts.connectorErrors ?? null,
    deploymentError: error ?? null,
    platformVersion: facts.platformVersion || null,
    createdAt: facts.createdAt || null,
    id: facts.id,
    description: facts.description,
    tags: facts.tags ?? null,
  };
}

function sameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function checkStates(statuses: readonly string[], pipelines: readonly Pipeline[]): void {
  const known = [...knownStates, ...pipelines.map(serverState)];
  const unknown = statuses.find((status) => !known.some((word) => sameWord(word, status)));
  if (unknown === undefined) return;
  const hint = didYouMean(unknown, known) || ` · use ${commonStates.slice(0, 5).join(', ')}, …`;
  throw new UsageError(`unknown state '${unknown}' for --status${hint}`);
}

/** A tag that no pipeline has is rather a mistake than a question. Throws an `Error` of one line. */
function checkTag(tag: string, pipelines: readonly Pipeline[]): void {
  if (pipelines.length === 0 || pipelines.some(tagMatcher(tag))) return;
  const known = new Set(pipelines.flatMap(({tags = []}) => tags));
  const isOld = pipelines.every(({tags}) => tags === undefined);
  const near = didYouMean(tag, known);
  const others = known.size === 0 ? '' : ` · the tags are ${fewOf([...known])}`;
  const hint = isOld ? ' · this server sends no tags: Feldera 0.313 and newer do' : near || others;
  throw new Error(`no pipeline has the tag '${tag}'${hint}`);
}

/** Reads the compiler's errors, by name, of the programs that did not compile: the list has only the state. */
async function compilerErrors(
  client: ApiClient,
  pipelines: readonly Pipeline[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string | undefined>> {
  const answers = await someAtATime(pipelines.filter(hasCompileError), async ({name}) => {
    const detail = await client.getPipeline(name, signal).catch(() => undefined);
    return [name, detail?.programError] as const;
  });
  return new Map(answers);
}

type Column = {readonly head: string; readonly of: (pipeline: Pipeline) => string};

/** `ofWide`: what the wide form tells more. Connector errors are in both forms; in the usual one only where there are any. */
function table(
  pipelines: readonly Pipeline[],
  {
    ofWide,
    isColored,
    clock,
  }: Pick<ListOptions, 'isColored' | 'clock'> & {readonly ofWide?: Awaited<ReturnType<typeof askMore>>},
): string {
  const now = clock.wall();
  if (pipelines.length === 0) return '';
  const hasErrors = pipelines.some(({connectorErrors = 0}) => connectorErrors > 0);
  const hasTags = pipelines.some(({tags = []}) => tags.length > 0);
  const whyOf = ({name}: Pipeline) => ofWide?.why.get(name);
  const isDegraded = (pipeline: Pipeline) => whyOf(pipeline)?.isDegraded === true;
  const errorOf = (pipeline: Pipeline) =>
    failureCause(pipeline, ofWide?.compiled.get(pipeline.name)) ?? whyOf(pipeline)?.trouble ?? '';
  const errors: Column = {head: 'ERRORS', of: ({connectorErrors = ''}) => String(connectorErrors)};
  const wide: readonly Column[] = [
    {head: 'PROGRAM', of: ({programStatus}) => programStatus},
    errors,
    ...(hasTags ? [{head: 'TAGS', of: tagWords}] : []),
    {head: 'PLATFORM', of: ({platformVersion}) => platformVersion},
    {head: 'ERROR', of: errorOf},
  ];
  const columns: readonly Column[] = [
    {head: 'NAME', of: ({name}) => name},
    {head: 'STATE', of: (pipeline) => `${serverState(pipeline)}${isDegraded(pipeline) ? ' (degraded)' : ''}`},
    {head: 'SINCE', of: (pipeline) => ageOf(stateSince(pipeline), now)},
    ...(ofWide ? wide : hasErrors ? [errors] : []),
  ];
  const lines = [undefined, ...pipelines];
  const texts = columns.map(({head, of}) =>
    textColumn(lines, (pipeline) => (pipeline ? clean(of(pipeline)) || '-' : head)),
  );
  const line = (pipeline: Pipeline | undefined, row: number) => {
    const color = isColored && pipeline ? colorOf(pipeline, isDegraded(pipeline)) : undefined;
    const painted = (text: string) => text.replace(/^.*\S/, (state) => `\x1b[${color}m${state}\x1b[39m`);
    const cells = texts.map(({at}, column) => (color !== undefined && column === 1 ? painted(at(row)) : at(row)));
    return `${cells.join('  ').trimEnd()}\n`;
  };
  return lines.map(line).join('');
}

/** An SGR parameter. */
function colorOf(pipeline: Pipeline, isDegraded: boolean): number | undefined {
  if (isFailing(pipeline)) return 31;
  if (isDegraded) return 33;
  return pipelineState(pipeline).symbol === 'running' ? 32 : undefined;
}

/** A text that is not a time is returned unchanged. */
function ageOf(since: string, now: number): string {
  const age = now - readTime(since);
  return Number.isNaN(age) ? since : elapsedShort(Math.max(0, age));
}
