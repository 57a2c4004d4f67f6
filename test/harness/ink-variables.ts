// Ink is not interactive where `CI` is set, even to nothing: tests of components must not depend on who runs them.
delete process.env.CI;

// The rows, which the stdout of a component under test has not: without these, Ink starts `tput` twice for each of its looks.
Object.assign(process.env, {COLUMNS: '80', LINES: '24'});
