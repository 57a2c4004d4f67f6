import {isObject, type JsonObject, parseExact, textOf} from './exact-json.ts';
import {levelOf} from './level.ts';
import type {JsonRecord} from './parse-record.ts';

/**
 * Reads `{"timestamp":…,"level":…,"target":…,"feldera-service":…,"pipeline-name":…,"fields":{…}}`, in any order: the
 * keys of a pipeline come sorted. The text is `fields.message` on lines of a pipeline and `fields.line` on those of the
 * runner. Before Feldera 0.207 the runner named no service, and `pipeline` what its line is about: the pipeline's name or
 * `control-plane`.
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
    source: isRunners(line) ? 'manager' : 'pipeline',
    name: textOf(line['pipeline-name'] ?? line.pipeline ?? ''),
    timeText: timestamp,
    level,
    target: textOf(ownTarget ?? target ?? ''),
    ...(span !== undefined && {span: textOf(span)}),
    message: textOf(fields[messageKey] ?? ''),
    fields: left.map(([key, value]) => [key, textOf(value)] as const),
  };
}

/** As `isRunnersIn` has it. Servers before 0.207 wrote no service into the lines of the runner. */
function isRunners({'feldera-service': service, pipeline, target}: JsonObject): boolean {
  if (service !== undefined) return service === 'runner';
  return pipeline === 'control-plane' || (typeof target === 'string' && target.startsWith('pipeline_manager::'));
}
