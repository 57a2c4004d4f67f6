// Loaded into the program under test with `--import`: its clock runs faster, or is ahead by milliseconds.
import process from 'node:process';

const speed = Number(process.env.PIPETAIL_TEST_SPEED ?? 1);
const ahead = Number(process.env.PIPETAIL_TEST_AHEAD ?? 0);
const {now} = performance;
const {now: date} = Date;
const {setTimeout: wait} = globalThis;
const startedAt = date();

performance.now = () => speed * now.call(performance);
Date.now = () => startedAt + ahead + speed * (date() - startedAt);
globalThis.setTimeout = (callback, milliseconds, ...rest) => wait(callback, milliseconds / speed, ...rest);
