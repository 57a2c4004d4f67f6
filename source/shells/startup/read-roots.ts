import {X509Certificate} from 'node:crypto';
import {codeOf} from '../../engine/disk/save-file.ts';
import {UsageError} from '../../kit/settings/parse-values.ts';
import type {ValueWithSource} from '../../kit/settings/server-options.ts';
import {errorText} from '../../lib/format.ts';
import {readSmallFile} from './small-file.ts';

const block = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** The certificates of a PEM file, which may contain other blocks too. Throws `UsageError` if there is none. */
export async function readRoots(file: ValueWithSource): Promise<readonly string[]> {
  const {bytes} = await readSmallFile(file.value).catch((error: unknown) => {
    throw complaint(file, `cannot be read (${codeOf(error) ?? errorText(error)})`);
  });
  const text = bytes.toString();
  const certificates = text.match(block) ?? [];
  if (certificates.length === 0) throw complaint(file, 'contains no certificate');
  for (const [index, certificate] of certificates.entries()) {
    if (!canParse(certificate)) throw complaint(file, `contains a broken certificate, the ${ordinal(index + 1)}`);
  }
  return certificates;
}

function complaint({value, from}: ValueWithSource, words: string): UsageError {
  return new UsageError(`${value} from ${from} ${words} · give a PEM file of root certificates`);
}

function canParse(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0;
  } catch {
    return false;
  }
}

function ordinal(count: number): string {
  return ['first', 'second', 'third'][count - 1] ?? `${count}th`;
}
