// Loaded into the program under test with `--import`: its clock runs five times as fast.
const speed = 5;
const {now} = performance;
const {now: date} = Date;
const {setTimeout: wait} = globalThis;
const startedAt = date();

performance.now = () => speed * now.call(performance);
Date.now = () => startedAt + speed * (date() - startedAt);
globalThis.setTimeout = (callback, milliseconds, ...rest) => wait(callback, milliseconds / speed, ...rest);
