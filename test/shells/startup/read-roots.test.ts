import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {readRoots} from '../../../source/shells/startup/read-roots.ts';
import {makeCertificate} from '../../harness/certificate.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {skipOrFail} from '../../harness/tools.ts';

const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

test('every certificate of a file is read, whatever is around them', async (context) => {
  const made = makeCertificate({name: 'a'}) ?? skipOrFail(context, 'openssl is missing');
  await using home = await temporaryDirectory();
  const file = path.join(home.path, 'roots.pem');
  await writeFile(file, `# own roots\n${made.cert}\r\n${made.key}\n${made.cert}`);
  expect(await readRoots({value: file, from: '--tls-cert'})).toEqual([made.cert.trim(), made.cert.trim()]);

  await writeFile(file, made.cert + broken);
  await expect(readRoots({value: file, from: '--tls-cert'})).rejects.toThrow(
    `${file} from --tls-cert contains a broken certificate, the second · give a PEM file of root certificates`,
  );
});

test.each([
  ['none.pem', undefined, 'cannot be read (ENOENT)'],
  ['.', undefined, 'cannot be read (EISDIR)'],
  ['empty.pem', '', 'contains no certificate'],
  ['text.pem', 'hello', 'contains no certificate'],
  ['broken.pem', broken, 'contains a broken certificate, the first'],
])('%s is a usage error', async (name, text, words) => {
  await using home = await temporaryDirectory();
  const file = path.join(home.path, name);
  if (text !== undefined) await writeFile(file, text);
  const reading = readRoots({value: file, from: 'SSL_CERT_FILE'});
  await expect(reading).rejects.toThrow(
    new UsageError(`${file} from SSL_CERT_FILE ${words} · give a PEM file of root certificates`),
  );
});
