import type {Clock} from '../lib/clock.ts';

/** How long a stop may take: a process of an orphaned group is never stopped, and nothing says so. */
const stopLimit = 100;

/**
 * Stops the whole process group, as ^Z does, and resolves when it goes on: true. Started as a tmux pane's own command
 * there is no shell to return to and the system ignores the signal: false.
 */
export async function stopProcess(process: NodeJS.Process, clock: Clock): Promise<boolean> {
  return await new Promise((resolve) => {
    const onContinue = () => {
      cancel();
      resolve(true);
    };
    const cancel = clock.after(stopLimit, () => {
      process.off('SIGCONT', onContinue);
      resolve(false);
    });
    process.once('SIGCONT', onContinue);
    process.kill(0, 'SIGTSTP');
  });
}
