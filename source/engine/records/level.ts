/** Level as the server writes it, without the padding. */
export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** From the least to the most severe. */
export const levels: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/** Stands for the level in the lines of a logger that gives none; they count as INFO. */
export const noLevel = 'NONE';

export function levelOf(word: unknown): Level | undefined {
  return levels.find((level) => level === word);
}
