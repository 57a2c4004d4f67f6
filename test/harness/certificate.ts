import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export type Certificate = {readonly key: string; readonly cert: string};

/**
 * Makes a self-signed certificate with the `openssl` command. `validity`: first and last second, as
 * `20200101000000Z`; `issuer`: the root that signs it in place of itself; `address`: an IP address that it is for, too. Undefined when there is no openssl, or one too old for `validity` (before 3.4).
 */
export function makeCertificate(options: {
  name: string;
  address?: string;
  validity?: readonly [string, string];
  issuer?: Certificate;
}): Certificate | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'pipetail-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const validity = options.validity
    ? ['-not_before', options.validity[0], '-not_after', options.validity[1]]
    : ['-days', '2'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const end = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  const issuer = options.issuer ? [...end, '-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca-key.pem')] : [];
  const address = options.address === undefined ? '' : `,IP:${options.address}`;
  const names = ['-subj', `/CN=${options.name}`, '-addext', `subjectAltName=DNS:${options.name}${address}`];
  try {
    if (options.issuer) {
      writeFileSync(join(folder, 'ca.pem'), options.issuer.cert);
      writeFileSync(join(folder, 'ca-key.pem'), options.issuer.key);
    }
    execFileSync('openssl', [...request, ...names, ...validity, ...issuer, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return {key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8')};
  } catch {
    return undefined;
  } finally {
    rmSync(folder, {recursive: true});
  }
}
