import {runTool} from './processes.ts';

type ClipboardOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** System as Node names it: `linux`, `darwin`. */
  readonly platform: string;
  /** Writes a whole sequence to the terminal, between two frames; false when the terminal accepts nothing. */
  readonly write: (sequence: string) => boolean;
  readonly signal: AbortSignal;
};

export type ClipboardAnswer =
  /** `hint`: what may stop the text on its way, and the setting that helps. */
  | (Sent & {readonly kind: 'sent'; readonly how: ClipboardRoute; readonly hint?: string})
  /** Only OSC 52 was left, and terminals accept `limit` bytes of it. */
  | (Sent & {readonly kind: 'too-large'; readonly limit: number})
  | {readonly kind: 'failed'; readonly why: string};

const toolArgs: Readonly<Record<Exclude<ClipboardRoute, 'OSC 52'>, readonly string[]>> = {
  // `-w` (tmux 3.2 and later): tmux also passes its new paste buffer on to the terminal.
  tmux: ['load-buffer', '-w', '-'],
  // Without a type wl-copy guesses one from the contents.
  'wl-copy': ['--type', 'text/plain;charset=utf-8'],
  xclip: ['-selection', 'clipboard'],
  pbcopy: [],
};

/** Copies `text` by the best route that works. Rejects with the signal's reason when aborted. */
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
    const end = await runTool(route, toolArgs[route], {input: text, env, signal});
    if (end.kind === 'done') {
      const hint = route === 'tmux' ? await tmuxHint(sent, {env, signal}) : undefined;
      return {kind: 'sent', how: route, ...sent, ...(hint !== undefined && {hint})};
    }
    complaints.push(`${route}: ${end.kind === 'missing' ? 'not installed' : end.why}`);
  }
  return {kind: 'failed', why: complaints.join(' · ')};
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

/** Names what is between this program and the terminal, or why a better route failed. */
function terminalHint(env: NodeJS.ProcessEnv, complaints: readonly string[]): string | undefined {
  if (env.TMUX) return [...complaints, 'tmux passes it on only with set-clipboard on'].join(' · ');
  if (env.STY) return 'GNU screen does not pass it on';
  return complaints.length > 0 ? complaints.join(' · ') : undefined;
}

type Sent = {readonly bytes: number; readonly lines: number};

/** By its name in the footer. */
type ClipboardRoute = 'tmux' | 'wl-copy' | 'xclip' | 'pbcopy' | 'OSC 52';

/**
 * The routes that may work, best first. tmux comes first: with its default settings nothing else passes through it, and
 * the SSH variables inside are as old as its session. Over SSH only the terminal reaches the user's clipboard.
 */
export function clipboardRoutes({
  env,
  platform,
}: Pick<ClipboardOptions, 'env' | 'platform'>): readonly ClipboardRoute[] {
  const routes: ClipboardRoute[] = env.TMUX ? ['tmux'] : [];
  const isLocal = !env.SSH_TTY && !env.SSH_CONNECTION;
  if (isLocal && platform === 'darwin') routes.push('pbcopy');
  if (isLocal && platform !== 'darwin' && env.WAYLAND_DISPLAY) routes.push('wl-copy');
  if (isLocal && platform !== 'darwin' && env.DISPLAY) routes.push('xclip');
  return [...routes, 'OSC 52'];
}

/**
 * Finds what stops text between tmux and the terminal; undefined if nothing does. `load-buffer -w` works without
 * `set-clipboard` (tmux 3.5a): tmux only needs the clipboard sequence of its terminal (`Ms`).
 */
async function tmuxHint(sent: Sent, options: Pick<ClipboardOptions, 'env' | 'signal'>): Promise<string | undefined> {
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
  // To the outer tmux the inner one is an application, and may send OSC 52 only with `set-clipboard on`.
  if (/^(?:tmux|screen)\b/.test(term)) return 'a tmux around this one passes it on only with set-clipboard on';
  if (!hasClipboard(capabilities.split('\n'), client)) {
    return `tmux knows no clipboard of ${term}: set -as terminal-features ',${term}:clipboard'`;
  }
  return bytes > osc52Limit ? 'so large a text may be dropped by the terminal; tmux has it all' : undefined;
}

/** `Terminal 0: xterm-256color for /dev/pts/1, flags=…:`, then ` 193: Ms: (string) …` or ` 193: Ms: [missing]`. */
function hasClipboard(lines: readonly string[], client: string): boolean {
  const head = lines.findIndex((line) => line.startsWith('Terminal ') && line.includes(` for ${client},`));
  const capability = head === -1 ? undefined : lines.slice(head).find((line) => /^\s*\d+: Ms: /.test(line));
  // Another version of tmux may word it differently: then there is no hint.
  return capability === undefined || !capability.endsWith('[missing]');
}

/**
 * Bytes: they make a sequence of 100,000, the limit of hterm's `osc52.sh`, which most programs keep to. Terminals drop a
 * longer text silently, each at its own limit: xterm, kitty and Ghostty accept megabytes, Termux 6 kB and Tabby 3 kB.
 */
export const osc52Limit = 74_994;

/** The sequence that puts `text` into the terminal's clipboard (xterm's control sequences, `OSC 52`). */
export function osc52(text: Uint8Array): string {
  return `\u001B]52;c;${Buffer.from(text.buffer, text.byteOffset, text.length).toString('base64')}\u0007`;
}
