import {homedir} from 'node:os';
import {expandHome} from '../storage/expand-home.ts';
import {saveFile} from '../storage/save-file.ts';
import type {Services} from '../ui/services.ts';
import {copyToClipboard} from './clipboard.ts';
import {commandEndWords} from './command-end.ts';
import {pagerOf} from './pager.ts';
import {pipeOut} from './pipe-out.ts';
import {writeWhole} from './write-whole.ts';

/** How the screen copies, saves and pipes: on the process's own terminal, files and commands. */
export function takingServices(process: NodeJS.Process): Pick<Services, 'copy' | 'save' | 'pipe' | 'pager'> {
  const {env, platform, stdout} = process;
  const pager = pagerOf(env);
  return {
    copy: (text, lines, signal) =>
      copyToClipboard(text, lines, {env, platform, signal, write: (sequence) => writeWhole(stdout, sequence)}),
    save: (path, blocks, options) => saveFile(expandHome(path.trim(), homedir()), blocks, options),
    async pipe(command, blocks, {suspendTerminal, signal}) {
      const isPager = command.trim() === pager.command;
      const end = await pipeOut({
        ...{command, blocks, suspendTerminal, process, signal},
        env: isPager ? pager.env : env,
        shell: env.SHELL || '/bin/sh',
        // What a command printed would be gone at once; a pager has been read.
        pause: isPager ? 'on-failure' : 'always',
      });
      return end.kind === 'code' && end.code === 0 ? undefined : commandEndWords(command, end);
    },
    pager: pager.command,
  };
}
