/** Milliseconds that a pager has to leave its alternate screen; less takes fewer than 10. */
const pagerLeaves = 100;

/**
 * Until the answer is called, ^Z stops this program a little later than the pager in front of it. Both get the signal,
 * and the shell goes on as soon as this program has stopped: a pager that leaves its alternate screen only then takes
 * the shell's prompt with it (seen once in three times).
 */
export function stopLate(process: NodeJS.Process): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onStop = () => {
    timer ??= setTimeout(stop, pagerLeaves);
  };
  const stop = () => {
    timer = undefined;
    // The signal's own effect, which is none where there is no shell to go back to; SIGSTOP would be for ever.
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', onStop);
  };
  process.on('SIGTSTP', onStop);
  return () => {
    clearTimeout(timer);
    process.off('SIGTSTP', onStop);
  };
}
