// Ink is not interactive where `CI` is set, even to nothing: tests of components must not depend on who runs them.
delete process.env.CI;
