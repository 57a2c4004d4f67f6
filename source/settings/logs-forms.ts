import {readDuration} from '../lib/format.ts';
import type {OptionValues} from './option-values.ts';
import {didYouMean, UsageError} from './parse-values.ts';

export type TemplateField = (typeof templateFields)[number];

/** Text, and the fields of a record between it. */
export type Template = readonly (string | {readonly field: TemplateField})[];

const templateFields = ['pipeline', 'time', 'level', 'target', 'message', 'line'] as const;

/** Reads `{time} {level} {message}`; `{{` and `}}` are the brackets themselves. Throws `UsageError`. */
export function readTemplate(text: string): Template {
  const parts: (string | {field: TemplateField})[] = [];
  for (const [piece, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (name !== undefined) parts.push({field: fieldOf(name)});
    else if (piece === '{' || piece === '}') {
      throw new UsageError(`--template has a single ${piece} · write ${piece}${piece} for the bracket itself`);
    } else parts.push(piece === '{{' || piece === '}}' ? piece.slice(1) : piece);
  }
  return parts;
}

function fieldOf(name: string): TemplateField {
  const field = templateFields.find((each) => each === name);
  if (field !== undefined) return field;
  const fields = templateFields.map((each) => `{${each}}`).join(' ');
  throw new UsageError(`--template has no field {${name}} · there are ${fields}${didYouMean(name, templateFields)}`);
}

/** `by`: milliseconds of a span; undefined: the log chooses it. */
export type HistogramRequest = {readonly by: number | undefined};

/** Undefined without `--histogram`. Throws `UsageError` for a wrong span, and for options that print records. */
export function readHistogram({has, value}: OptionValues): HistogramRequest | undefined {
  const typed = value('by');
  if (!has('print-histogram')) {
    if (typed !== undefined) throw new UsageError('--by needs --histogram: it is the span of one of its rows');
    return undefined;
  }
  for (const other of ['template', 'timestamps'] as const) {
    if (has(other)) throw new UsageError(`--${other} cannot be combined with --histogram, which prints no records`);
  }
  if (value('output') === 'markdown') {
    throw new UsageError('--histogram is printed as text or with --output json, not as markdown');
  }
  if (typed === undefined) return {by: undefined};
  const by = readDuration(typed) ?? 0;
  if (by === 0) throw new UsageError(`--by takes a span such as 30s, 1m, 2h or 1d, not '${typed}'`);
  return {by};
}
