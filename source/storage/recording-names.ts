import path from 'node:path';

/** Between the pipeline's name and its id. Neither the ids of pipelines (UUIDs) nor the end of a name has it. */
const separator = '--';
const safeName = /^[A-Za-z0-9][-A-Za-z0-9_]{0,62}$/;
const safeId = /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+){0,8}$/;

/** A folder, within a recording's, of log files that were there without an index. */
export const asidePrefix = 'without-index-';

/** How recordings name the server that they are of. Tenants are told apart where one was asked for by name. */
export function serverName(baseUrl: string, tenant: string | undefined): string {
  return tenant === undefined ? baseUrl : `${baseUrl} ${tenant}`;
}

/** The folder's name for a pipeline's recording; undefined for an id or a name that no folder should be called after. */
export function folderName(name: string, id: string): string | undefined {
  return safeName.test(name) && safeId.test(id) && id.length <= 64 ? `${name}${separator}${id}` : undefined;
}

/** The pipeline that a folder is called after; undefined if it is not a recording's. */
export function pipelineOf(folder: string): {readonly name: string; readonly id: string} | undefined {
  const at = folder.lastIndexOf(separator);
  if (at === -1) return undefined;
  const name = folder.slice(0, at);
  const id = folder.slice(at + separator.length);
  return folderName(name, id) === undefined ? undefined : {name, id};
}

/** `000001.log`: the bytes of the log as they came. Compressed, `.gz` is added. */
export function logFile(folder: string, number: number): string {
  return path.join(folder, `${String(number).padStart(6, '0')}.log`);
}

export function indexFile(folder: string): string {
  return path.join(folder, 'index.jsonl');
}

export function lockFile(folder: string): string {
  return path.join(folder, 'lock');
}
