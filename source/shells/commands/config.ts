import {writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {codeOf, failureWords, makeFolder} from '../../engine/disk/save-file.ts';
import {configTemplate, type KeyLine} from '../../kit/settings/config-template.ts';
import type {CommandCall} from '../../kit/shell/shell-command.ts';
import {printWhole} from '../../kit/system/line-output.ts';
import {shortMessage} from '../../lib/format.ts';
import {type ConfigPlace, configPlace} from '../startup/load-settings.ts';

/** `keys`: the screen's commands with their keys. Returns the exit code. */
export async function runConfigCommand(
  {settings, request, process}: CommandCall<{readonly verb: 'path' | 'init'}>,
  keys: readonly KeyLine[],
): Promise<number> {
  const place = configPlace(settings.config, process.env, homedir());
  const text = request.verb === 'path' ? place.file : await initFile(place, keys);
  return await printWhole(`${text}\n`, process);
}

/** Writes the file, readable by its owner alone. Never overwrites: rejects with one line. */
async function initFile({file, name}: ConfigPlace, keys: readonly KeyLine[]): Promise<string> {
  try {
    await makeFolder(path.dirname(file));
    await writeFile(file, configTemplate(keys), {flag: 'wx', mode: 0o600});
  } catch (error) {
    const code = codeOf(error);
    const reason =
      code === 'EEXIST'
        ? 'is there already · it is never overwritten · pipetail config init --config FILE writes another'
        : `cannot be written · ${code === undefined ? String(error) : failureWords(code)} · pipetail config init --config FILE writes it elsewhere`;
    throw new Error(shortMessage(`${name} ${reason}`), {cause: error});
  }
  return `wrote ${name}`;
}
