import path from 'node:path';

/**
 * Where state is kept that may be lost: `$XDG_STATE_HOME/pipetail`, or `~/.local/state/pipetail`. The specification
 * (XDG Base Directory, 0.8) says to ignore a relative path.
 */
export function stateFolder(options: {readonly xdgStateHome: string | undefined; readonly home: string}): string {
  const {xdgStateHome, home} = options;
  const base =
    xdgStateHome !== undefined && path.isAbsolute(xdgStateHome) ? xdgStateHome : path.join(home, '.local', 'state');
  return path.join(base, 'pipetail');
}
