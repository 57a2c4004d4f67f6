import {clean} from '../../lib/clean.ts';

export const unknownReason = 'the reason is unknown';

/** Feldera's words in front of a reason: whose error it is, its kind and number, and that it is one. */
const beforeReason =
  /^(?:.*?put endpoint '[^']*': )?(?:Parse error(?: \(event #\d+\))?: )?(?:failed to deserialize \w+ record: )?(?:error parsing (?=field ))?/;

/** `field 'id': invalid type: string "no-0", expected i64 at line 1 column 13`: the first line, from the reason on. */
export function reasonOf(message: string): string {
  const [line = ''] = message.trim().split('\n');
  const reason = line.replace(beforeReason, '').trim();
  return reason === '' ? unknownReason : reason;
}

/** The words on a connector that stopped with a fatal error, for a row that may be cut. */
export function stoppedWords(connector: string, message: string): string {
  return clean(`${connector} stopped: ${reasonOf(message)}`);
}

const ofConnector = /(FATAL error on )?(?:in|out)put endpoint '([^']*)': /;
/** The start of each line of Kafka's client; the name of its thread follows once more. */
const ofClient = /^.*?\blibrdkafka: [A-Z]+ \[thrd:[^\]]*\]: /;

/** A logged error for a row that may be cut: `orders.bad: missing field`, `orders.web stopped: …`, `redpanda:9092: …`. */
export function briefError(text: string): string {
  const [, isFatal, connector] = ofConnector.exec(text) ?? [];
  if (connector === undefined) return briefFailure(text.replace(ofClient, ''));
  return isFatal ? stoppedWords(connector, text) : clean(`${connector}: ${reasonOf(text)}`);
}

/** Words in front of a cause. The group has the connector whose configuration is the cause. */
const invalidConfiguration = /(?:Error \w+ the pipeline: )?Invalid configuration: (?:connector `([^`]+)`(?=: ))?/;
const ofRunner = /^(?:Resources|Runtime) error: /;
/** Rust's words in front of the error of a panic, and how it quotes an error of the system there. */
const unwrapped = 'called `Result::unwrap()` on an `Err` value: ';
const systemError = /Os \{ code: (\d+), kind: \w+, message: "([^"]*)" \}/;

/** The cause of a failure, or a sentence with it, for a row that may be cut: without what says nothing of this failure. */
export function briefFailure(cause: string): string {
  const told = cause.replace(ofRunner, '').replace(invalidConfiguration, '$1').replace(unwrapped, '');
  return told.replace(systemError, '$2 (os error $1)');
}
