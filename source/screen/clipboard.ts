import {type ClipboardRoute, clipboardRoutes} from '../take/clipboard-route.ts';
import {osc52, osc52Limit} from '../take/osc52.ts';
import type {ClipboardAnswer, Sent} from '../take/sent-words.ts';
import {runTool, type ToolEnd, type ToolOptions} from './run-tool.ts';
import {sendToTmux, tmuxHint} from './tmux-clipboard.ts';

export type ClipboardOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As Node names it: `linux`, `darwin`. */
  readonly platform: string;
  /** Writes to the terminal between two frames, whole; false when the terminal takes nothing at the moment. */
  readonly write: (sequence: string) => boolean;
  readonly signal: AbortSignal;
};

const toolArgs: Readonly<Record<'wl-copy' | 'xclip' | 'pbcopy', readonly string[]>> = {
  // Without a type wl-copy guesses one from the contents.
  'wl-copy': ['--type', 'text/plain;charset=utf-8'],
  xclip: ['-selection', 'clipboard'],
  pbcopy: [],
};

/**
 * Puts `text`, which has `lines` lines, into the clipboard by the best way that works, byte for byte. Rejects with the
 * signal's reason when aborted.
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
  if (!write(osc52(text))) return {kind: 'failed', why: 'the terminal takes nothing at the moment'};
  const hint = terminalHint(env, complaints);
  return {kind: 'sent', how: 'OSC 52', ...sent, ...(hint !== undefined && {hint})};
}

/** What stands between this program and the terminal, or why a better way was not taken. */
function terminalHint(env: ClipboardOptions['env'], complaints: readonly string[]): string | undefined {
  if (env.TMUX) return [...complaints, 'tmux passes it on only with set-clipboard on'].join(' · ');
  if (env.STY) return 'GNU screen does not pass it on';
  return complaints.length > 0 ? complaints.join(' · ') : undefined;
}
