/** The HTTP library. */
export type Undici = typeof import('undici')['default'];

let loading: Promise<Undici> | undefined;

/** Imports undici when the first request needs it: it is 738 KB of the bundle, and must not delay the first frame. */
export function loadUndici(): Promise<Undici> {
  // undici is CommonJS: bundled, a dynamic import gives its default export only.
  loading ??= import('undici').then((module) => module.default);
  return loading;
}
