import {isObject, type JsonObject, parseExact, textOf} from './exact-json.ts';
import {levelOf} from './level.ts';
import type {JsonRecord} from './parse-record.ts';

/**
 * Reads `{"timestamp":…,"level":…,"target":…,"feldera-service":…,"pipeline-name":…,"fields":{…}}`. The text is
 * `fields.message` on lines of a pipeline and `fields.line` on those of the runner.
 */
export function parseJsonRecord(text: string): JsonRecord | undefined {
  // A long line is shown cut: it cannot parse, and to try would cost the most.
  if (!text.endsWith('}')) return undefined;
  try {
    const line: unknown = parseExact(text);
    return isObject(line) ? recordOf(line) : undefined;
  } catch {
    return undefined;
  }
}

function recordOf(line: JsonObject): JsonRecord | undefined {
  const {timestamp, target, span, fields} = line;
  const level = levelOf(line.level);
  if (typeof timestamp !== 'string' || !level || !isObject(fields)) return undefined;
  const messageKey = typeof fields.message === 'string' ? 'message' : 'line';
  // Lines that come through the `log` crate all have the target `log`.
  const ownTarget = target === 'log' ? fields['log.target'] : undefined;
  const left = Object.entries(fields).filter(
    ([key]) => key !== messageKey && !(key === 'log.target' && ownTarget !== undefined),
  );
  return {
    format: 'json',
    source: line['feldera-service'] === 'runner' ? 'manager' : 'pipeline',
    name: textOf(line['pipeline-name'] ?? ''),
    timeText: timestamp,
    level,
    target: textOf(ownTarget ?? target ?? ''),
    ...(span !== undefined && {span: textOf(span)}),
    message: textOf(fields[messageKey] ?? ''),
    fields: left.map(([key, value]) => [key, textOf(value)] as const),
  };
}
