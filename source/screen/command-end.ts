/** How a command ended that was run through a shell. */
export type CommandEnd =
  | {readonly kind: 'code'; readonly code: number}
  | {readonly kind: 'signal'; readonly signal: string}
  /** The shell itself could not be run. */
  | {readonly kind: 'not-started'; readonly why: string};

/**
 * The user pressed ^C. Not necessarily the end of the command: dash, the `/bin/sh` of Debian, ends itself with SIGINT
 * after a pager that was left in peace later.
 */
export function isInterrupted(end: CommandEnd): boolean {
  return (end.kind === 'signal' && end.signal === 'SIGINT') || (end.kind === 'code' && end.code === 130);
}

/** How a command ended, in words for one line. 126 and 127 are the shell's (POSIX, `Exit Status for Commands`). */
export function commandEndWords(command: string, end: CommandEnd): string {
  const name = command.trim().split(/\s/)[0] ?? '';
  if (isInterrupted(end)) return `${name} was interrupted`;
  switch (end.kind) {
    case 'not-started':
      return `${name} was not started: ${end.why}`;
    case 'signal':
      return `${name} was ended by ${end.signal}`;
    case 'code':
      if (end.code === 127) return `${name}: not found`;
      if (end.code === 126) return `${name} cannot be run`;
      return end.code === 0 ? `${name} has ended` : `${name} failed with code ${end.code}`;
  }
}
