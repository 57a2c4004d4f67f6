import type {Pipeline} from '../api/types.ts';

/**
 * A pipeline's state in one word, as the server spells it: that of the program where it is stopped and not compiled, and
 * `Failed` where it stopped with an error.
 */
export function stateWord({deploymentStatus, deploymentError, programStatus}: Pipeline): string {
  // `Shutdown` before Feldera 0.97.
  if (deploymentStatus !== 'Stopped' && deploymentStatus !== 'Shutdown') return deploymentStatus;
  if (deploymentError) return 'Failed';
  return programStatus === 'Success' || programStatus === '' ? deploymentStatus : programStatus;
}

/** Whether somebody should look at it. */
export function isTrouble(word: string): boolean {
  return word === 'Failed' || word === 'Unavailable' || word.endsWith('Error');
}
