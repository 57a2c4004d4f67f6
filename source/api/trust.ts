import tls from 'node:tls';

/** Whose certificates are believed. */
export type Trust = {
  /** Any certificate is, for any name. */
  readonly insecure?: boolean;
  /** PEM certificates in place of the roots of Node and of this machine. */
  readonly roots?: readonly string[];
  /** PEM certificates beside the roots. */
  readonly extraRoots?: readonly string[];
};

/**
 * Makes the context of all TLS connections, when the first needs it: to read 300 roots takes about 30 ms. The machine's
 * own roots count beside Node's, as they do for every other program of the user.
 */
export function secureContext({roots, extraRoots = []}: Trust): () => tls.SecureContext {
  let context: tls.SecureContext | undefined;
  return () => {
    const usual = () => [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
    context ??= tls.createSecureContext({ca: [...new Set([...(roots ?? usual()), ...extraRoots])]});
    return context;
  };
}
