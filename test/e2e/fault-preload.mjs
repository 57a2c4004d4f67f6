// Loaded into the program under test with `--import`: a signal makes it fail as a fault of its own would.
import {writeFileSync} from 'node:fs';
import process from 'node:process';
import {Readable} from 'node:stream';

const {PIPETAIL_TEST_MESSAGE: message, PIPETAIL_TEST_FAULT: place, PIPETAIL_TEST_READY: ready} = process.env;

const fail = () => {
  throw new Error(message);
};

/** The method throws the next times that a function of this name calls it, directly or not. */
const failIn = (owner, method, {caller, times}) => {
  const own = owner[method];
  let left = times;
  owner[method] = function (...args) {
    Error.stackTraceLimit = 100;
    const {stack} = new Error();
    if (!stack.includes(caller)) return own.apply(this, args);
    left -= 1;
    if (left === 0) owner[method] = own;
    return fail();
  };
};

const faults = {
  timer: () => setTimeout(fail, 1),
  stream: () => Readable.from(['a']).on('data', fail),
  key: () => failIn(String.prototype, 'startsWith', {caller: 'pressKeys', times: 1}),
  // React renders again what threw. In its own calls Ink's report would fail, too.
  component: () => failIn(Array.prototype, 'map', {caller: 'useNames', times: 2}),
};

process.on('SIGUSR2', fail);
// A signal that ends no program, not even in Ink.
process.on('SIGURG', () => {
  faults[place]?.();
  // A key may be read before the signal.
  writeFileSync(ready, '');
});
process.on('SIGPWR', () => {
  // Nothing handles it.
  void Promise.reject(new TypeError(message));
});
