import {masked} from '../../lib/secrets.ts';

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

/** Whether a text of a configuration can be no secret, by the name of its place: what is not known here is hidden. */
export function isPlainValue(name: string, text: string): boolean {
  if (text === '' || knownWords.has(text.toLowerCase()) || quantity.test(text)) return true;
  return byName.some(([names, values]) => names.test(name) && values.test(text)) && masked(text) === text;
}
