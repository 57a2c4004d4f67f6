import {downloadsOf} from '../address.ts';
import type {About} from './about.ts';

/**
 * A file of packaging/ with the facts of a release in the place of `@version@`, `@description@`, `@address@`, `@downloads@`
 * and `@sha256 NAME@`, where NAME is a file of SHA256SUMS (`sums`). Throws for another one, and without an address.
 */
export function filledRecipe(
  text: string,
  {version, description, address}: Pick<About, 'version' | 'description' | 'address'>,
  sums: Readonly<Record<string, string>>,
): string {
  if (address === '') throw new Error('package.json has no address');
  const facts: Readonly<Record<string, string>> = {
    version,
    description,
    address,
    downloads: downloadsOf(address, version),
  };
  const filled = text.replace(/@(version|description|address|downloads)@/g, (_, name: string) => facts[name] ?? '');
  return filled.replace(/@sha256 ([^@\s]+)@/g, (_, name: string) => {
    const sum = sums[name];
    if (sum === undefined) throw new Error(`SHA256SUMS has no ${name}`);
    return sum;
  });
}
