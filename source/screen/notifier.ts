import type {NotifyBy} from '../settings/settings.ts';

const bell = '\u0007';

/**
 * Answers what tells a person who looks elsewhere, through the terminal; undefined when nothing is to. tmux and GNU
 * screen pass nothing on but the bell, which marks their window: there it is the bell, whatever was asked for.
 */
export function notifier(
  by: NotifyBy,
  {env, write}: {env: NodeJS.ProcessEnv; write: (sequence: string) => boolean},
): ((text: string) => void) | undefined {
  if (by === 'off') return undefined;
  const isInside = Boolean(env.TMUX || env.STY);
  // A terminal that takes nothing at the moment is not looked at either: the notification is dropped.
  return (text) => void write(isInside ? bell : notification(by, text));
}

/** `text` is printable. OSC 9 is iTerm2's and OSC 777 rxvt-unicode's; most terminals have one of them. */
function notification(by: Exclude<NotifyBy, 'off'>, text: string): string {
  switch (by) {
    case 'bell':
      return bell;
    case 'osc9':
      // Behind a number and `;` ConEmu and Windows Terminal read other commands (`9;4;` is a progress bar).
      return `\u001B]9;pipetail · ${text}\u0007`;
    case 'osc777':
      return `\u001B]777;notify;pipetail;${text.replaceAll(';', ',')}\u0007`;
  }
}
