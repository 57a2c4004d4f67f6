// Loaded into the program under test with `--import`: a signal makes it fail as a fault of its own would.
import process from 'node:process';

const {PIPETAIL_TEST_MESSAGE: message} = process.env;

process.on('SIGUSR2', () => {
  throw new Error(message);
});
process.on('SIGPWR', () => {
  // Nothing handles it.
  void Promise.reject(new TypeError(message));
});
