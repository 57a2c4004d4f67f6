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
