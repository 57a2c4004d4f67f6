import {runTool, type ToolEnd, type ToolOptions} from './processes.ts';

type ClipboardOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** As Node names it: `linux`, `darwin`. */
  readonly platform: string;
  /** Writes a whole sequence to the terminal, between two frames; false when the terminal accepts nothing. */
  readonly write: (sequence: string) => boolean;
  readonly signal: AbortSignal;
};

/** What became of a copy. */
export type ClipboardAnswer =
  /** `hint`: where the text may have got stuck, and the setting that helps. */
  | (Sent & {readonly kind: 'sent'; readonly how: ClipboardRoute; readonly hint?: string})
  /** Only OSC 52 was left, and terminals accept `limit` bytes of it. */
  | (Sent & {readonly kind: 'too-large'; readonly limit: number})
  | {readonly kind: 'failed'; readonly why: string};

const toolArgs: Readonly<Record<'wl-copy' | 'xclip' | 'pbcopy', readonly string[]>> = {
  // Without a type wl-copy guesses one from the contents.
  'wl-copy': ['--type', 'text/plain;charset=utf-8'],
  xclip: ['-selection', 'clipboard'],
  pbcopy: [],
};

/**
 * Copies `text`, of `lines` lines, to the clipboard byte for byte, by the best route that works. Rejects with the signal's
 * reason when aborted.
 */
export async function copyToClipboard(
  text: Uint8Array,
  lines: number,
  options: ClipboardOptions,
): Promise<ClipboardAnswer> {
  const sent: Sent = {bytes: text.length, lines};
  const complaints: string[] = [];
  for (const route of clipboardRoutes(options)) {
    if (route === 'OSC 52') return sendToTerminal(text, sent, options, complaints);
    const {env, signal} = options;
    const end = await sendTo(route, {input: text, env, signal});
    if (end.kind === 'done') {
      const hint = route === 'tmux' ? await tmuxHint(sent, {env, signal}) : undefined;
      return {kind: 'sent', how: route, ...sent, ...(hint !== undefined && {hint})};
    }
    complaints.push(`${route}: ${end.kind === 'missing' ? 'not installed' : end.why}`);
  }
  return {kind: 'failed', why: complaints.join(' · ')};
}

async function sendTo(route: Exclude<ClipboardRoute, 'OSC 52'>, options: ToolOptions): Promise<ToolEnd> {
  return route === 'tmux' ? await sendToTmux(options) : await runTool(route, toolArgs[route], options);
}

function sendToTerminal(
  text: Uint8Array,
  sent: Sent,
  {write, env}: ClipboardOptions,
  complaints: readonly string[],
): ClipboardAnswer {
  if (text.length > osc52Limit) return {kind: 'too-large', ...sent, limit: osc52Limit};
  if (!write(osc52(text))) return {kind: 'failed', why: 'the terminal accepts nothing at the moment'};
  const hint = terminalHint(env, complaints);
  return {kind: 'sent', how: 'OSC 52', ...sent, ...(hint !== undefined && {hint})};
}

/** What is between this program and the terminal, or why a better route failed. */
function terminalHint(env: NodeJS.ProcessEnv, complaints: readonly string[]): string | undefined {
  if (env.TMUX) return [...complaints, 'tmux passes it on only with set-clipboard on'].join(' · ');
  if (env.STY) return 'GNU screen does not pass it on';
  return complaints.length > 0 ? complaints.join(' · ') : undefined;
}

type Sent = {readonly bytes: number; readonly lines: number};

/** A route to the clipboard, by its name in the footer. */
type ClipboardRoute = 'tmux' | 'wl-copy' | 'xclip' | 'pbcopy' | 'OSC 52';

/**
 * The routes to the clipboard that may work, best first; a tool that is missing or fails is replaced by the next.
 *
 * tmux comes first: in its default configuration nothing else leaves it, and the SSH variables inside are those of the day
 * when the session was made. Over SSH the clipboard is at the other end, and only the terminal reaches it.
 */
export function clipboardRoutes({
  env,
  platform,
}: Pick<ClipboardOptions, 'env' | 'platform'>): readonly ClipboardRoute[] {
  const routes: ClipboardRoute[] = [];
  if (env.TMUX) routes.push('tmux');
  if (!env.SSH_TTY && !env.SSH_CONNECTION) routes.push(...localTools(env, platform));
  // Inside tmux it reaches the terminal only with `set-clipboard on`.
  routes.push('OSC 52');
  return routes;
}

function localTools(env: NodeJS.ProcessEnv, platform: string): ClipboardRoute[] {
  if (platform === 'darwin') return ['pbcopy'];
  const tools: ClipboardRoute[] = [];
  if (env.WAYLAND_DISPLAY) tools.push('wl-copy');
  if (env.DISPLAY) tools.push('xclip');
  return tools;
}

/** Fills tmux's newest paste buffer, and tmux passes it on to the terminal (`-w`, tmux 3.2 and later). */
async function sendToTmux(options: ToolOptions): Promise<ToolEnd> {
  return await runTool('tmux', ['load-buffer', '-w', '-'], options);
}

/**
 * Where text sent to tmux gets stuck on its way to the terminal, and the setting that helps; undefined if tmux passes it
 * on. Seen with tmux 3.5a: `load-buffer -w` works without `set-clipboard`; tmux only needs to know the clipboard sequence
 * (`Ms`) of its terminal.
 */
async function tmuxHint(sent: Sent, options: Omit<ToolOptions, 'input'>): Promise<string | undefined> {
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
  // tmux accepts OSC 52 from applications only if it is set to, and the inner tmux is an application of the outer one.
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
  // Another version may word it differently: no hint then.
  return capability === undefined || !capability.endsWith('[missing]');
}

/**
 * The longest text that is sent by OSC 52. The specification has no limit, and terminals drop a longer text silently.
 * 74,994 bytes make a sequence of 100,000, the limit of hterm's `osc52.sh`, which most programs keep to. xterm, kitty and
 * Ghostty accept megabytes; Termux (6 kB) and Tabby (3 kB) less.
 */
export const osc52Limit = 74_994;

/** The sequence that puts `text` into the terminal's clipboard (xterm's control sequences, `OSC 52`). */
export function osc52(text: Uint8Array): string {
  return `\u001B]52;c;${Buffer.from(text.buffer, text.byteOffset, text.length).toString('base64')}\u0007`;
}
