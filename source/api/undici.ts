/** The HTTP library: what of it is in the bundle (`scripts/undici.mjs`). */
export type Undici = Pick<typeof import('undici')['default'], 'Client' | 'Pool'>;

let loading: Promise<Undici> | undefined;

/** Imports undici when the first request needs it: it is 670 KB of the bundle, and must not delay the first frame. */
export function loadUndici(): Promise<Undici> {
  // undici is CommonJS: bundled, a dynamic import gives its default export only.
  loading ??= import('undici').then((module) => module.default);
  return loading;
}
