import {osc52Limit} from '../take/osc52.ts';
import type {Sent} from '../take/sent-words.ts';
import {runTool, type ToolEnd, type ToolOptions} from './run-tool.ts';

/** Fills tmux's newest paste buffer and asks tmux to pass it on to the terminal (`-w`, tmux 3.2 and later). */
export async function sendToTmux(options: ToolOptions): Promise<ToolEnd> {
  return await runTool('tmux', ['load-buffer', '-w', '-'], options);
}

/**
 * Where text sent to tmux gets stuck on its way to the terminal, and the setting that helps; undefined if tmux passes
 * it on. Seen with tmux 3.5a: `load-buffer -w` does not ask whether `set-clipboard` is on; what decides is whether tmux
 * knows the clipboard sequence (`Ms`) of the terminal that it is attached to.
 */
export async function tmuxHint(sent: Sent, options: Omit<ToolOptions, 'input'>): Promise<string | undefined> {
  const ask = async (...args: readonly string[]) => {
    const answer = await runTool('tmux', args, {...options, input: new Uint8Array()});
    return answer.kind === 'done' ? answer.output : undefined;
  };
  const client = await ask('display-message', '-p', '#{client_name} #{client_termname}');
  // Fails when no terminal is attached.
  const capabilities = await ask('show-messages', '-T');
  return client === undefined ? undefined : hintFrom(client, capabilities ?? '', sent);
}

/** `attached`: name and TERM of the client, empty for none; `capabilities`: those of all terminals attached. */
export function hintFrom(attached: string, capabilities: string, {bytes}: Pick<Sent, 'bytes'>): string | undefined {
  const [client, term] = attached.trim().split(' ');
  if (!client || !term) return 'no terminal is attached: only tmux itself can paste it';
  // An application's OSC 52 is taken by tmux only when told so, and the inner tmux is an application of the outer one.
  if (/^(?:tmux|screen)\b/.test(term)) return 'a tmux around this one passes it on only with set-clipboard on';
  if (!knowsClipboard(capabilities.split('\n'), client)) {
    return `tmux knows no clipboard of ${term}: set -as terminal-features ',${term}:clipboard'`;
  }
  return bytes > osc52Limit ? 'so large a text may be dropped by the terminal; tmux has it all' : undefined;
}

/** `Terminal 0: xterm-256color for /dev/pts/1, flags=…:`, then ` 193: Ms: (string) …` or ` 193: Ms: [missing]`. */
function knowsClipboard(lines: readonly string[], client: string): boolean {
  const head = lines.findIndex((line) => line.startsWith('Terminal ') && line.includes(` for ${client},`));
  const capability = head === -1 ? undefined : lines.slice(head).find((line) => /^\s*\d+: Ms: /.test(line));
  // Unknown wording of another version: no claim.
  return capability === undefined || !capability.endsWith('[missing]');
}
