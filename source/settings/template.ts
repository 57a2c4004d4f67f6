import {didYouMean} from './closest.ts';
import {UsageError} from './usage-error.ts';

/** What a template may ask of a record. */
export const templateFields = ['pipeline', 'time', 'level', 'target', 'message', 'line'] as const;

export type TemplateField = (typeof templateFields)[number];

/** Texts and fields in their order. */
export type Template = readonly (string | {readonly field: TemplateField})[];

/** Reads `{time} {level} {message}`; `{{` and `}}` stand for the brackets themselves. Throws `UsageError`. */
export function readTemplate(text: string): Template {
  const parts: (string | {field: TemplateField})[] = [];
  for (const [piece, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (name !== undefined) parts.push({field: fieldOf(name)});
    else if (piece === '{' || piece === '}') {
      throw new UsageError(`--template has a lone ${piece} · write ${piece}${piece} for the bracket itself`);
    } else parts.push(piece === '{{' || piece === '}}' ? piece.slice(1) : piece);
  }
  return parts;
}

function fieldOf(name: string): TemplateField {
  const field = templateFields.find((each) => each === name);
  if (field !== undefined) return field;
  const known = templateFields.map((each) => `{${each}}`).join(' ');
  throw new UsageError(`--template knows no {${name}}, but ${known}${didYouMean(name, templateFields)}`);
}
