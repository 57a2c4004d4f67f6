import {fieldOf, isObject, stringOf} from './json.ts';

/**
 * Turns `program_error` (Feldera 0.337.0: `{sql_compilation, rust_compilation, system_error}`, each null or what that
 * step said) into text to read. Undefined when nothing failed: a program that compiled keeps its steps' output, with
 * exit code 0. A shape that is not known is shown as JSON rather than hidden.
 */
export function describeProgramError(json: unknown): string | undefined {
  if (json === null || json === undefined) return undefined;
  if (typeof json === 'string') return json === '' ? undefined : json;
  if (!isObject(json)) return JSON.stringify(json, undefined, 2);
  const steps = ['sql_compilation', 'rust_compilation', 'system_error'];
  if (!steps.some((step) => step in json)) {
    return Object.keys(json).length === 0 ? undefined : JSON.stringify(json, undefined, 2);
  }
  const parts = [
    describeSql(fieldOf(json, 'sql_compilation')),
    describeRust(fieldOf(json, 'rust_compilation')),
    stringOf(json, 'system_error').trimEnd(),
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function describeSql(step: unknown): string {
  if (!isObject(step) || fieldOf(step, 'exit_code') === 0) return '';
  const messages = fieldOf(step, 'messages');
  if (!Array.isArray(messages) || messages.length === 0) return JSON.stringify(step, undefined, 2);
  return messages.map(describeSqlMessage).join('\n\n');
}

/** `error: Error parsing SQL (line 3, column 7): message`, then the lines of source that the compiler quotes. */
function describeSqlMessage(message: unknown): string {
  if (!isObject(message)) return JSON.stringify(message);
  const severity = fieldOf(message, 'warning') === true ? 'warning' : 'error';
  const line = fieldOf(message, 'start_line_number');
  const column = fieldOf(message, 'start_column');
  const place = typeof line === 'number' && line > 0 ? ` (line ${line}, column ${String(column)})` : '';
  const head = `${severity}: ${stringOf(message, 'error_type')}${place}: ${stringOf(message, 'message')}`.trimEnd();
  const snippet = stringOf(message, 'snippet').trimEnd();
  return snippet === '' ? head : `${head}\n${snippet}`;
}

function describeRust(step: unknown): string {
  if (!isObject(step) || fieldOf(step, 'exit_code') === 0) return '';
  const output = ['stdout', 'stderr']
    .map((stream) => stringOf(step, stream).trimEnd())
    .filter((text) => text !== '')
    .join('\n');
  return output === '' ? JSON.stringify(step, undefined, 2) : output;
}
