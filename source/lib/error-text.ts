/** What was thrown, in words: the message of an error, and anything else as text. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
