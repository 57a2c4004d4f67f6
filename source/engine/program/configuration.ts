import {counted} from '../../lib/format.ts';
import {isSecretName} from '../../lib/secret-names.ts';
import {isReference, masked, maskSteps} from '../../lib/secrets.ts';

/**
 * Part of a pipeline's configuration. A text: the JSON of a string, a number or a word, as it was printed, since a
 * number of JavaScript would lose digits (`18446744073709551615`).
 */
export type ConfigurationValue = string | ConfigurationObject | ConfigurationList;

type ConfigurationObject = ReadonlyMap<string, ConfigurationValue>;
type ConfigurationList = readonly ConfigurationValue[];

/** TypeScript has no type for the context of a reviver yet. */
type Reviver = (key: string, value: unknown, context: {readonly source?: string}) => unknown;

/** Reads a configuration in JSON; undefined: it is not complete, or none. One of 20,000 lines takes 10 ms. */
export function parseConfiguration(json: string): ConfigurationValue | undefined {
  const asPrinted: Reviver = (_, value, {source}) =>
    source ?? (Array.isArray(value) ? value : new Map(Object.entries(value as Readonly<Record<string, unknown>>)));
  try {
    return JSON.parse(json, asPrinted as Parameters<typeof JSON.parse>[1]);
  } catch {
    return undefined;
  }
}

/** The string that JSON stands for; undefined: it is none, or was cut. */
function textOf(json: string): string | undefined {
  if (!json.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A leaf, or a whole part that only one of the two has. `before` or `now` is undefined where it was added or is gone. */
export type ConfigurationChange = {
  readonly path: readonly string[];
  readonly before: ConfigurationValue | undefined;
  readonly now: ConfigurationValue | undefined;
  /** By a name, its own or that of what it is in. */
  readonly isSecret: boolean;
};

/**
 * In what two configurations differ, in the order of the newer one. Lists of plain values are leaves. A step is a leaf, or
 * a part that has others: one with thousands takes longer than a frame.
 */
export function* changeSteps(
  before: ConfigurationValue | undefined,
  now: ConfigurationValue | undefined,
): Generator<void, readonly ConfigurationChange[], void> {
  const changes: ConfigurationChange[] = [];
  yield* compareSteps({path: [], before, now, isSecret: false}, changes);
  return changes;
}

function* compareSteps(change: ConfigurationChange, changes: ConfigurationChange[]): Generator<void, void, void> {
  yield;
  const parts = partsOf(change);
  if (parts) for (const part of parts) yield* compareSteps(part, changes);
  else if (!isSame(change.before, change.now)) changes.push(change);
}

/** Returns the parts that are compared by themselves; undefined: there are none. */
function partsOf(change: ConfigurationChange): Generator<ConfigurationChange, void> | undefined {
  const {before, now} = change;
  if (isObject(before) && isObject(now)) return membersOf(change, before, now);
  if (isList(before) && isList(now) && !(isPlain(before) && isPlain(now))) return itemsOf(change, before, now);
  return undefined;
}

type Of = Pick<ConfigurationChange, 'path' | 'isSecret'>;

function* membersOf(
  {path, isSecret}: Of,
  before: ConfigurationObject,
  now: ConfigurationObject,
): Generator<ConfigurationChange, void> {
  for (const name of new Set([...now.keys(), ...before.keys()])) {
    const isOwn = isSecretMember(name, before) || isSecretMember(name, now);
    yield {path: [...path, name], before: before.get(name), now: now.get(name), isSecret: isSecret || isOwn};
  }
}

function* itemsOf(
  {path, isSecret}: Of,
  before: ConfigurationList,
  now: ConfigurationList,
): Generator<ConfigurationChange, void> {
  for (let at = 0; at < Math.max(before.length, now.length); at++)
    yield {path: [...path, `[${at}]`], before: before[at], now: now[at], isSecret};
}

/** Compares values without parts that are compared by themselves. */
function isSame(before: ConfigurationValue | undefined, now: ConfigurationValue | undefined): boolean {
  if (!isList(before) || !isList(now)) return before === now;
  return before.length === now.length && now.every((item, at) => item === before[at]);
}

function isObject(value: ConfigurationValue | undefined): value is ConfigurationObject {
  return value instanceof Map;
}

function isList(value: ConfigurationValue | undefined): value is ConfigurationList {
  return Array.isArray(value);
}

function isPlain(list: ConfigurationList): boolean {
  return list.every((item) => typeof item === 'string');
}

/** `inputs.orders.bad.transport.config.plan[0].rate`. */
export function pathInWords(path: readonly string[]): string {
  return path.map((name, at) => (at === 0 || name.startsWith('[') ? name : `.${name}`)).join('');
}

/** Change as it may be shown. `isHidden`: all that differs is hidden. */
export type ShownChange = {
  readonly change: 'changed' | 'added' | 'gone';
  readonly path: string;
  /** JSON; undefined where there is none. */
  readonly before: string | undefined;
  readonly now: string | undefined;
  readonly isHidden: boolean;
};

/**
 * In steps of a value, or of less than a frame: a part that was added or is gone may have thousands, and a long one.
 * `isRevealed`: with all values, for the screen alone.
 */
export function* shownSteps(
  {path, before, now, isSecret}: ConfigurationChange,
  isRevealed = false,
): Generator<void, ShownChange, void> {
  const form: Form = {name: path.findLast((name) => !name.startsWith('[')) ?? '', isSecret, isRevealed};
  const shownBefore = before && (yield* jsonSteps(before, form));
  const shownNow = now && (yield* jsonSteps(now, form));
  return {
    change: before === undefined ? 'added' : now === undefined ? 'gone' : 'changed',
    path: pathInWords(path),
    before: shownBefore,
    now: shownNow,
    isHidden: [shownBefore, shownNow].every((json) => json !== undefined && wholeHidden.test(json)),
  };
}

/** A configuration as indented JSON, as it may be shown. Undefined: it is none. */
export function* configurationSteps(json: string): Generator<void, string | undefined, void> {
  const value = parseConfiguration(json);
  return value && (yield* jsonSteps(value, {name: '', isSecret: false, isRevealed: false, indent: '\n'}));
}

type Form = {
  /** Name of the value, or of the list that it is in. */
  readonly name: string;
  /** By the name of what it is in. */
  readonly isSecret: boolean;
  readonly isRevealed: boolean;
  /** Beginning of each line; undefined: all is in one. */
  readonly indent?: string;
};

const wholeHidden = /^"\(hidden(?:, [\d,]+ characters?)?\)"$/;

function* jsonSteps(value: ConfigurationValue, form: Form): Generator<void, string, void> {
  yield;
  if (typeof value === 'string') return yield* scalarSteps(value, form);
  const isOfList = isList(value);
  // Its size would tell of it.
  if (form.isSecret && !form.isRevealed) return '"(hidden)"';
  const {indent} = form;
  const inner = indent === undefined ? form : {...form, indent: `${indent}  `};
  const parts: string[] = [];
  if (isOfList) for (const item of value) parts.push(yield* jsonSteps(item, inner));
  else {
    for (const [name, member] of value) {
      const isSecret = form.isSecret || isSecretMember(name, value);
      parts.push(`${JSON.stringify(name)}: ${yield* jsonSteps(member, {...inner, name, isSecret})}`);
    }
  }
  const [start, end] = isOfList ? '[]' : '{}';
  if (indent === undefined || parts.length === 0) return `${start}${parts.join(', ')}${end}`;
  return `${start}${inner.indent}${parts.join(`,${inner.indent}`)}${indent}${end}`;
}

/** By its name, or by that of the pair that it is the value of: `{"name": "Authorization", "value": "…"}`. */
function isSecretMember(name: string, parent: ConfigurationObject): boolean {
  if (name !== 'value') return isSecretName(name);
  const named = parent.get('name') ?? parent.get('key');
  return typeof named === 'string' && isSecretName(textOf(named) ?? '');
}

/** A number, a word of JSON, or a text that can be no secret. SQL is shown as elsewhere: without what looks like one. */
function* scalarSteps(json: string, {name, isSecret, isRevealed}: Form): Generator<void, string, void> {
  const text = textOf(json);
  if (isRevealed || (text !== undefined && isReference(text))) return json;
  if (text === undefined) return isSecret && /^-?\d/.test(json) ? '"(hidden)"' : json;
  if (!isSecret && name === 'program_code') return JSON.stringify((yield* maskSteps(text)).text);
  if (text === '' || (!isSecret && isPlainValue(name, text))) return json;
  return `"(hidden, ${counted([...text].length, 'character', 'characters')})"`;
}

/** Words that Feldera's configuration knows, and the libraries below it: whoever wrote them, they tell nothing. */
const knownWords = new Set(
  [
    // Connectors and their formats.
    'file_input file_output kafka_input kafka_output kafka_ft_input nats_input pub_sub_input url_input s3_input http_input',
    'http_output delta_table_input delta_table_output iceberg_input postgres_input postgres_cdc_input postgres_output',
    'redis_output adapter_config datagen nexmark ad_hoc ad_hoc_input clock clock_input dynamodb_output null_output',
    'json csv parquet avro raw raw_text debezium debezium_mysql debezium_postgres snowflake insert_delete weighted weighted_json',
    'confluent_jdbc default kafka_connect_json_converter datagen_json string bytes text lines blob binary',
    'snapshot follow snapshot_and_follow cdc append truncate error_if_exists upsert insert update delete ignore',
    'always auto never once catchup none all any earliest latest smallest largest beginning end error begin commit',
    'exactly_once at_least_once at_most_once initial_only schema_only memory disk page_cache feldera_cache file lru s3_fifo',
    // Kafka's client.
    'plaintext ssl sasl_plaintext sasl_ssl plain scram-sha-256 scram-sha-512 oauthbearer gssapi aws_msk_iam https http tls',
    'read_committed read_uncommitted range roundrobin cooperative-sticky consistent consistent_random murmur2 random',
    'gzip snappy lz4 zstd uncompressed brotli deflate bzip2',
    // SQL and programs.
    'boolean tinyint smallint integer bigint decimal real double float char varchar varbinary date time timestamp interval uuid',
    'variant array map struct row optimized unoptimized dev success pending failed cleared inuse provisioned compilingsql',
    // All.
    'trace debug info warn error critical notice emerg alert off on yes no enabled disabled running paused stopped standby',
    'utc us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1 eu-west-2 eu-west-3 eu-north-1 eu-central-1 ap-south-1',
    'ap-southeast-1 ap-southeast-2 ap-northeast-1 ap-northeast-2 ca-central-1 sa-east-1 us-central1 europe-west1',
  ].flatMap((line) => line.split(' ')),
);

const identifiers = /^[\w$][\w$.-]{0,127}(?:, ?[\w$][\w$.-]{0,127})*$/;
const hosts = /^[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?(?:, ?[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?)*$/;
/** Without a user, a query and, over HTTP, a path: that may be all that is needed to write there. */
const address =
  /^(?:https?:\/\/[\w.-]+(?::\d{1,5})?\/?|(?:s3|s3a|gs|gcs|az|file|hdfs|nats|tcp|redis):\/\/\/?[\w.-]*(?::\d{1,5})?(?:\/[\w./=-]*)?)$/;
const path = /^\.{0,2}\/[\w ./=+-]*$/;
/** A number with a unit, a version, a time. */
const quantity =
  /^(?:-?\d{1,9}(?:\.\d{1,9})? ?(?:%|[kmgt]i?b?|[nuµm]?s|sec|min|[bhdw])?|\d{1,5}(?:\.\d{1,5}){1,3}|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)$/i;

/** By the last name of a path: what its value is. */
const byName: readonly (readonly [names: RegExp, values: RegExp])[] = [
  [
    /^(?:given_name|name|stream|relation|views?|tables?|table_name|columns?|column_name|\w+_columns?|primary_key|tags|topics?|topic_name|labels?|start_after|index|group\.id|group_id|subject|database|schema|publication|slot|namespace|service_account_name|storage_class|dataset)$/,
    identifiers,
  ],
  [/^(?:bootstrap\.servers|brokers?|hosts?|hostname|servers?|address|endpoint|tracing_endpoint_jaeger)$/, hosts],
  [/^(?:uri|url|endpoint|endpoint_url|server_url|registry_urls?|path|location|\w+_uri|\w+_url)$/, address],
  [/^(?:id|pipeline_id|deployment_id)$/, /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/],
  [/^(?:path|paths|dir|file|location|\w+[._](?:path|dir|file|location))$/, path],
];

/** Returns whether a text of a configuration can be no secret, by the name of its place: what is unknown is hidden. */
function isPlainValue(name: string, text: string): boolean {
  if (text === '' || knownWords.has(text.toLowerCase()) || quantity.test(text)) return true;
  return byName.some(([names, values]) => names.test(name) && values.test(text)) && masked(text) === text;
}
