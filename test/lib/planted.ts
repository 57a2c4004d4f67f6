/** What is planted: neither its beginning nor its end may be seen. */
export const planted = ['Zq7x', 'R3ST'] as const;

const plain = planted.join('-');

const stems = [
  'pass',
  'password',
  'dbpw',
  'pwd',
  'secret',
  'token',
  'apiKey',
  'cred',
  'credentials',
  'cookie',
  'jwt',
  'bearer',
  'auth',
  'accessKey',
];

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const joins: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => `kafka_${snake(name)}`,
  (name) => `x-${snake(name).replace('_', '-')}`,
  (name) => `sasl.${name.toLowerCase()}`,
  (name) => `my${name.replace(/^./, (letter) => letter.toUpperCase())}`,
  (name) => `DB_${snake(name).toUpperCase()}`,
];

const unquoted = [plain, planted.join(','), planted.join(';'), planted.join('&'), planted.join('"'), planted.join("'")];
const json = (value: unknown) => JSON.stringify(value);

/** A credential behind a name, in a syntax. */
const syntaxes: readonly ((name: string) => string)[] = [
  ...unquoted.map((secret) => (name: string) => `${name}=${secret}`),
  (name) => `${name}: ${plain}`,
  (name) => `${name} = ${planted.join('\\ ')}`,
  (name) => `${name}='${planted.join(' ')}'`,
  (name) => `${name}="${planted.join('\\"')}"`,
  (name) => `'${name}' = '${planted.join("\\'")}', 'topic' = 't'`,
  (name) => `'${name}' = '${planted.join("''")}'`,
  (name) => `'[{"options": "host=a ${name}=''${planted.join(' ')}'' x=1"}]'`,
  (name) => json({a: 1, [name]: planted.join('"'), b: 2}),
  (name) => json({body: json({[name]: planted.join('"')})}),
  (name) => json({body: json({body: json({[name]: planted.join(' ')})})}),
  (name) => json({[name]: {user: plain, pin: [planted.join('}')]}}),
  (name) => json([{name, value: plain}]),
  (name) => json([{value: plain, name}]),
  (name) => json([{key: name, secure: true, value: plain}]),
  (name) => `{'${name}': b'${planted.join(' ')}'}`,
  (name) => `Config { url: "x", ${name}: Some("${planted.join(' ')}") }`,
  (name) => `${name}: Plain { user: "${planted[0]}", pin: "${planted[1]}" }`,
  (name) => `${name} => "${planted.join(' ')}"`,
  (name) => `${name} := '${planted.join(' ')}'`,
  (name) => `headers["${name}"] = "${planted.join(' ')}"`,
  (name) => `("${name}", "${planted.join(' ')}")`,
  (name) => `--${name} ${plain} --verbose`,
  (name) => `--${name}=${plain}`,
  (name) => `https://a.example/x?page=1&${name}=${plain}`,
  (name) => `page%3D1%26${name}%3D${plain}`,
  (name) => `<${name}>${planted.join(' ')}</${name}>`,
  (name) => `<property name="${name}" value="${planted.join(' ')}"/>`,
  (name) => `<entry key="${name}">${planted.join(' ')}</entry>`,
  (name) => `- name: ${name}\n  value: ${plain}`,
  (name) => `${name}: |\n  ${planted.join('\n  ')}\ntopic: t`,
  (name) => `${name}:\n  user: ${planted[0]}\n  pin: ${planted[1]}\ntopic: t`,
  (name) => `[${name}]\nuser = "${planted[0]}"\npin = "${planted[1]}"\n\n[other]\nx = 1`,
  (name) => `${name} = """\n${planted.join('\n')}"""`,
  (name) => `"${name}": "${planted.join(' ')}`,
];

const letters = 'R3STR3STR3STR3STR3STR3STR3STR3STR3STR3ST';
const blocks = ['RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK', 'PGP MESSAGE'];

/** A credential that is known by its form. */
const known: readonly string[] = [
  ...['', '@', '/', ':', '"', '?', '#'].flatMap((sign) =>
    ['postgres', 'https', 'amqp', 'mongodb+srv'].map((scheme) => `${scheme}://me:${planted.join(sign)}@db:5432/x?a=b`),
  ),
  `https://${plain}@github.com/a`,
  `me:${plain}@tcp(db:3306)/x`,
  `me:${planted.join('@')}@unix(/tmp/s)/x`,
  `me:${plain}@db.example.com`,
  `scott/${plain}@//db:1521/x`,
  `jdbc:oracle:thin:scott/${plain}@//db:1521/x`,
  `sqlplus scott/${plain}@(DESCRIPTION=(A=1))`,
  ...['-u ', '-u', '--user ', '--user=', "-u '"].map((option) => `curl ${option}me:${plain} https://a.example`),
  ...['Bearer', 'Basic', 'Token', 'Digest'].map((scheme) => `Authorization: ${scheme} ${plain}/1 `),
  `curl -H 'Authorization: Splunk ${plain}' https://a.example`,
  `sent "Bearer ${plain}" to a.example`,
  `Cookie: a=${planted[0]}; b=${planted[1]}`,
  `Set-Cookie: sid=${plain}; Path=/`,
  `ALTER USER me WITH PASSWORD '${planted.join(' ')}'`,
  `CREATE USER me IDENTIFIED BY '${planted.join(' ')}'`,
  `eyJhbGciOi${planted[0]}.eyJzdWIi${planted[1]}.sig${planted[1]}`,
  ...[
    'ghp_',
    'gho_',
    'github_pat_',
    'glpat-',
    'xoxb-',
    'xoxp-',
    'xapp-1-',
    'sk_live_',
    'rk_live_',
    'whsec_',
    'AIza',
    'ya29.',
  ],
  ...[
    'GOCSPX-',
    'sk-',
    'sk-proj-',
    'sk-ant-api03-',
    'hf_',
    'npm_',
    'pypi-',
    'dckr_pat_',
    'SG.',
    'shpat_',
    'dop_v1_',
    'hvs.',
  ],
  ...[
    'glsa_',
    'lin_api_',
    'figd_',
    'PMAK-',
    'pscale_tkn_',
    'NRAK-',
    'dp.pt.',
    'sbp_',
    'ntn_',
    'gsk_',
    'ATATT3',
    'AKIA',
    'ASIA',
    'apikey:',
  ],
].map((form) => (/R3ST|Zq7x/.test(form) ? form : `invalid: ${form}${letters}`));

const framed = blocks.flatMap((block) =>
  ['\n', '\\n', ' '].map((end) =>
    [`-----BEGIN ${block}-----`, `${planted[0]}MIIEpAIB`, `AAKC${planted[1]}`, `-----END ${block}-----`].join(end),
  ),
);

/** Texts that have a credential: each name in each syntax, and those that are known by their form. */
export const plantedTexts: readonly string[] = [
  ...stems.flatMap((stem) => joins.flatMap((join) => syntaxes.map((write) => write(join(stem))))),
  ...known,
  ...framed,
  ...[...known, ...framed].map((form) => json({message: form, x: 1})),
];

export function showsPlanted(text: string): boolean {
  return planted.some((part) => text.includes(part));
}
