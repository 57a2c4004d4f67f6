/** Room for the folder, the time and an extension within the 255 bytes that file systems allow a name. */
const longestPipeline = 100;

/**
 * A file name for what is taken from a log: `orders-2026-11-25T120344Z.log`. `at` is the time of the last record, in
 * wall milliseconds, so that the same log saved later gets another name. Safe in every file system: a pipeline's name
 * comes from the server.
 */
export function suggestName(pipeline: string, at: number, extension: 'log' | 'md' = 'log'): string {
  const safe = pipeline
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[.-]+/, '')
    .slice(0, longestPipeline);
  const time = new Date(at).toISOString().slice(0, 19).replaceAll(':', '');
  return `${safe || 'pipeline'}-${time}Z.${extension}`;
}
