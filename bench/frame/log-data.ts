import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {finished} from 'node:stream/promises';
import {colourLine, formatMicros, type LogEvent, panicLines} from '../../demo/log-lines.ts';
import {createRandom, type Random} from '../../demo/random.ts';

const tag = {name: 'orders'};
const begins = Date.UTC(2026, 10, 25, 9) * 1000;
const controller = 'dbsp_adapters::controller';
const server = 'dbsp_adapters::server';
const kafka = 'dbsp_adapters::transport::kafka::ft::input';
const broker = 'redpanda:9092/bootstrap';
const panic = {
  thread: 'dbsp-worker-0',
  process: 26334,
  place: 'crates/dbsp/src/circuit/runtime.rs:1042:17',
  message: 'called `Result::unwrap()` on an `Err` value: SendError { .. }',
};
const linesPerWrite = 5000;

/**
 * Writes the log of a busy pipeline, the same bytes each time: steps, Kafka chatter with spans, messages of
 * two lines, bursts of refused connections, now and then a panic. With the colours that Feldera sends by
 * default, 1,000,000 lines are 163 MB.
 */
export async function writeLog(path: string, lines: number): Promise<void> {
  const file = createWriteStream(path);
  let part: string[] = [];
  let left = lines;
  for (const line of endlessLines()) {
    part.push(line);
    left -= 1;
    if (left > 0 && part.length < linesPerWrite) continue;
    if (!file.write(`${part.join('\n')}\n`)) await once(file, 'drain');
    part = [];
    if (left === 0) break;
  }
  file.end();
  await finished(file);
}

function* endlessLines(): Generator<string> {
  const random = createRandom(1, 'bench');
  let micros = begins;
  for (let step = 1; ; step++) {
    micros += 1 + random.integer(900);
    if (random.chance(1 / 50_000)) yield* panicLines(panic);
    const burst = random.chance(1 / 2000) ? 40 : 1;
    for (let count = 0; count < burst; count++) {
      const event = burst > 1 ? refusal(random, count) : usualEvent(random, step);
      yield* colourLine(tag, formatMicros(micros + count), event).split('\n');
    }
  }
}

function usualEvent(random: Random, step: number): LogEvent {
  const kind = random.next();
  if (kind < 0.17) {
    const topic = random.pick(['orders', 'customers', 'payments']);
    const message = `partition ${random.integer(16)}: read up to offset ${1_000_000 + step * 37}`;
    return {level: 'INFO', target: kafka, message, span: {name: 'kafka_input', fields: `topic="${topic}"`}};
  }
  if (kind < 0.21) {
    return {level: 'WARN', target: kafka, message: 'Waited over 10000 ms for librdkafka to read a message'};
  }
  if (kind < 0.22) {
    const message = `Parse error (event #${step}): invalid type: string "x", expected i32\nInvalid fragment: '{"id": ${step}}'`;
    return {level: 'ERROR', target: server, message: `parse error on input endpoint 'clicks.kafka': ${message}`};
  }
  if (kind < 0.32) {
    const fields = {step, elapsed_ms: 20 + random.integer(80)};
    return {level: 'DEBUG', target: controller, message: `Checkpoint written: ${8 + random.integer(30)} MB`, fields};
  }
  const message = `step ${step} finished in ${1 + random.integer(9)} ms (${200 + random.integer(3000)} records)`;
  return {level: 'INFO', target: controller, message};
}

function refusal(random: Random, count: number): LogEvent {
  const refused = `${broker}: Connect to ipv4#172.18.0.3:9092 failed: Connection refused`;
  const detail = `(after ${random.integer(3)}ms in state CONNECT, ${count} identical error(s) suppressed)`;
  return {level: 'ERROR', target: 'librdkafka', message: `librdkafka: FAIL [thrd:${broker}]: ${refused} ${detail}`};
}
