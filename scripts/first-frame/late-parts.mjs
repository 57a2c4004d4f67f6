/** Objects that packages create at their import, without need for the first frame: created at their first use instead. */
export const lateParts = [
  // V8 reads a list of all emoji to compile this pattern.
  {files: /string-width\/index\.js$/, change: lateEmoji},
  // The first segmenter reads Unicode's rules. A log's first line needs none either (`ink/faster-ink.mjs`).
  {
    files:
      /(?:(?:string-width|wrap-ansi)\/index|slice-ansi\/tokenize-ansi|ansi-tokenize\/build\/tokenize|ink\/build\/line-update)\.js$/,
    change: lateSegmenter,
  },
];

function lateEmoji(text, file) {
  const [line, name, literal] = found(/^const (\w+) = (\/.*\\p\{RGI_Emoji\}.*\/v);$/m, text, file);
  const rest = text.replace(line, '').replaceAll(`${name}.`, `${name}().`);
  if (new RegExp(`\\b${name}\\b(?!\\(\\)\\.)`).test(rest)) throw new Error(`${file} uses ${name} in another way`);
  return `let ${name}Made;\nconst ${name} = () => (${name}Made ??= ${literal});\n${rest}`;
}

function lateSegmenter(text, file) {
  const [line, name, made] = found(/^const (\w+) = (new Intl\.Segmenter\(.*\));$/m, text, file);
  const late = `let ${name}Made;\nconst ${name} = {segment: (text) => (${name}Made ??= ${made}).segment(text)};`;
  return text.replace(line, () => late);
}

function found(pattern, text, file) {
  const match = pattern.exec(text);
  if (!match) throw new Error(`${file} no longer has anything like ${pattern}`);
  return match;
}
