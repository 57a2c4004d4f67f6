/** A way to the clipboard, by the name that the footer shows. */
export type ClipboardRoute = 'tmux' | 'wl-copy' | 'xclip' | 'pbcopy' | 'OSC 52';

/** What decides: variables of the environment, empty ones count as absent, and the platform as Node names it. */
export type ClipboardFacts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
};

/**
 * The ways to the clipboard that may work, best first; a tool that is missing or fails gives way to the next.
 *
 * Inside tmux nothing else gets out of a default configuration, and the SSH variables there are those of the day the
 * session was made: tmux comes first. Over SSH the clipboard is at the other end, and only the terminal reaches it.
 */
export function clipboardRoutes({env, platform}: ClipboardFacts): readonly ClipboardRoute[] {
  const routes: ClipboardRoute[] = [];
  if (env.TMUX) routes.push('tmux');
  if (!env.SSH_TTY && !env.SSH_CONNECTION) routes.push(...localTools(env, platform));
  // Inside tmux it reaches the terminal only with `set-clipboard on`: better than nothing, when all else failed.
  routes.push('OSC 52');
  return routes;
}

function localTools(env: ClipboardFacts['env'], platform: string): ClipboardRoute[] {
  if (platform === 'darwin') return ['pbcopy'];
  const tools: ClipboardRoute[] = [];
  if (env.WAYLAND_DISPLAY) tools.push('wl-copy');
  if (env.DISPLAY) tools.push('xclip');
  return tools;
}
