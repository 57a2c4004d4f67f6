/** Costly objects that packages create at their import, without need for the first frame. */
export const lateParts = [
  // V8 reads a list of all emoji to compile this pattern: made at its first use.
  {files: /string-width\/index\.js$/, change: lateEmoji},
  // For its first segmenter Node reads rules and the names of all languages: 10 ms, and 2.4 MiB that it keeps.
  {
    files:
      /(?:(?:string-width|wrap-ansi|cli-truncate)\/index|slice-ansi\/tokenize-ansi|ansi-tokenize\/build\/tokenize|ink\/build\/line-update)\.js$/,
    change: smallSegmenter,
  },
];

function lateEmoji(text, file) {
  const [line, name, literal] = found(/^const (\w+) = (\/.*\\p\{RGI_Emoji\}.*\/v);$/m, text, file);
  const rest = text.replace(line, '').replaceAll(`${name}.`, `${name}().`);
  if (new RegExp(`\\b${name}\\b(?!\\(\\)\\.)`).test(rest)) throw new Error(`${file} uses ${name} in another way`);
  return `let ${name}Made;\nconst ${name} = () => (${name}Made ??= ${literal});\n${rest}`;
}

function smallSegmenter(text, file) {
  const [made] = found(/new Intl\.Segmenter\((?:undefined, \{ ?granularity: ["']grapheme["'] ?\})?\)/, text, file);
  return `import {Segmenter} from 'unicode-segmenter/intl-adapter';\n${text.replace(made, 'new Segmenter()')}`;
}

function found(pattern, text, file) {
  const match = pattern.exec(text);
  if (!match) throw new Error(`${file} no longer has anything like ${pattern}`);
  return match;
}
