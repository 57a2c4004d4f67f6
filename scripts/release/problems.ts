type Candidate = {
  readonly manifest: {readonly version: string; readonly address: string};
  readonly tag: string;
  /** The text of CHANGELOG.md. */
  readonly changes: string;
  /** Nothing is uncommitted. */
  readonly isClean: boolean;
};

/** Why no release can be made of a commit, each with the way out; none if it can. */
export function problemsOf({manifest, tag, changes, isClean}: Candidate): readonly string[] {
  const {version, address} = manifest;
  const heading = new RegExp(`^## ${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d\\d-\\d\\d\\)$`, 'm');
  const checks: readonly (readonly [isWrong: boolean, words: string])[] = [
    [address === '', 'package.json has no address · set it, then: npm run docs'],
    [!isClean, 'there are changes that are not committed'],
    [tag !== `v${version}`, `the tag ${tag} is not that of the version ${version}`],
    [!heading.test(changes), `CHANGELOG.md has no heading ## ${version} (YYYY-MM-DD)`],
  ];
  return checks.flatMap(([isWrong, words]) => (isWrong ? [words] : []));
}
