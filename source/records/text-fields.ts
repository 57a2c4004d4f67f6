const runnerSuffix = ' pipeline-id="';
const runnerSuffixPattern = / pipeline-id="[^"]*" pipeline-name="[^"]*"$/y;
const fieldPattern = / [A-Za-z_][\w.-]*=(?:"(?:[^"\\]|\\.)*"|[^\s"]+)/y;

/** Where ` pipeline-id="…" pipeline-name="…"`, which the runner puts at the end of each entry, begins. */
export function runnerSuffixStart(text: string, from: number): number | undefined {
  const start = text.lastIndexOf(runnerSuffix);
  if (start < from) return undefined;
  runnerSuffixPattern.lastIndex = start;
  return runnerSuffixPattern.test(text) ? start : undefined;
}

/**
 * Where the fields (` key="value" answer=42`) begin that end the text; undefined if it does not end in fields. A value
 * with spaces outside quotes is not recognised. Linear: a field once read is never read again.
 */
export function fieldsStartOf(text: string, from: number): number | undefined {
  let at = text.indexOf(' ', from);
  while (at !== -1) {
    let end = at;
    fieldPattern.lastIndex = at;
    while (fieldPattern.test(text)) {
      end = fieldPattern.lastIndex;
    }
    if (end === text.length) return at;
    at = text.indexOf(' ', Math.max(end, at + 1));
  }
  return undefined;
}
