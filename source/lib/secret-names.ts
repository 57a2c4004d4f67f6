/** Parts of names of credentials. `sig`, `sas`, `dsn` and `otp` are whole words. */
const parts =
  /pass|pw|secret|token|key|cred|cookie|jwt|bearer|auth|sasl|jaas|signature|private|(?<![a-z])(?:sig|sas|dsn|otp)(?![a-z])/;
/** Words that have such a part, and are no credentials. */
const harmless = [
  'authors?(?![a-z])|authority|authentic(?!at)|(?:un)?auth(?:enticat|oriz|oris)(?:ed?|es|ing)(?![a-z])',
  'bypass|compass|surpass|trespass|pass(?:ages?|ed|enger|ing|ive|port|through)|(?:down|up)ward|stepwise|dropwizard',
  'leaf_signature|accredit|credit|incredibl|sacred|tokeni[sz]',
  '(?:don|hoc|joc|mon|tur|whis)key|key(?:board|ed|frame|less|note|space|stroke|word)',
  '(?:primary|foreign|unique|partition(?:ing)?|record|row|message|sort|order|group(?:ing)?|index|composite|surrogate)[ _.-]*keys?',
  '(?:cluster(?:ing)?|join|map|natural|candidate|lookup|shard|table|column|object|parent|child|upsert|kafka)[ _.-]*keys?',
  'keys?[ _.-]*(?:columns?|fields?|(?:de)?serializer|converter|schema|range)(?![a-z])',
];
const harmlessWords = new RegExp(harmless.join('|'), 'g');
/** The last word of a name that says where, of which kind or for how long, and has no credential itself. */
const aboutSecret =
  /(?:^|[^a-z])(?:dir|path|file|location|mechanisms?|type|ttl|secs|seconds|ms|millis|enabled|length|count|size|algorithm|expiry|expires(?:_in|_at)?)$/i;

/** Returns whether the value of a member of this name is taken for a credential, by the name alone. */
export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  return parts.test(lower) && !aboutSecret.test(name) && parts.test(lower.replaceAll(harmlessWords, ' '));
}

/** Beginnings of the tokens of known services, as their makers document them, without exact lengths: those change. */
const prefixes = [
  // Code and packages.
  'gh[oprsu]_|github_pat_|gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|rtr|soat)-|ATATT3|ATCTT3|ATBB|BBDC-|npm_|pypi-',
  'rubygems_|CLOJARS_|oy2|dckr_[a-z]+_|cio[A-Za-z]{1}|sgp_|glsa_|glc_|sntry[su]_|pat_|PMAK-|figd_|lin_(?:api|oauth)_|ntn_',
  // Messages and payment.
  'xox[a-z](?:\\.xox[a-z])?-|xapp-|xwfp-|SG\\.|xkeysib-|[prs]k_(?:live|prod|test)_|whsec_|sq0[a-z]{3}-|shp[a-z]{2}_|EZ[AT]K',
  'access_token\\$|rzp_(?:live|test)_|FLWSECK|shippo_|twilio_|key-(?=[0-9a-f]{32})',
  // Clouds, databases and their tools.
  'A3T[A-Z0-9]|A(?:BIA|CCA|GPA|IDA|IPA|KIA|NPA|NVA|ROA|SIA)(?=[A-Z0-9]{12})|ABSK|LTAI|AKID|AIza|ya29\\.|1//0|GOCSPX-',
  'dapi(?=[0-9a-f]{20})|do[opr]_v1_|hv[brs]\\.|[A-Za-z0-9]{14}\\.atlasv1\\.|dp\\.[a-z]{2,5}\\.|pscale_[a-z]+_|sbp_|sb_secret_',
  'vc[aikpr]_|fo1_|fm[12][ar]?_|tskey-|tk-us-|doppler_|v1\\.0-(?=[0-9a-f]{24})|NR(?:AA|AK|II|IQ|JS|RA)-|cvt_|AGE-SECRET-KEY-1',
  'ops_ey|A3-(?=[A-Z0-9]{6}-)|CCIPAT_|bkua_|pul-(?=[0-9a-f]{20})|rnd_|heroku_|HRKU-|nfp_|prefect_|pnu_|PRIVATE-',
  // Models.
  'sk-|hf_|gsk_|xai-|pplx-|r8_|nvapi-|phx_|waka_|apify_api_|ollama_',
].join('|');

const forms = [
  `(?<![A-Za-z0-9])(?:${prefixes})(?=[\\w.+/=~-]*\\d|[\\w.+/=~-]{20})[\\w.+/=~-]{8,}`,
  String.raw`\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*`,
  String.raw`\b[Aa]pi[Kk]ey:[\w-]+`,
  String.raw`\b[\w~.]{3}\dQ~[\w~.-]{20,}`,
  String.raw`\b\d{8,10}:AA[\w-]{20,}`,
  String.raw`\b[\da-f]{32}-us\d{1,2}\b`,
  String.raw`\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}`,
  String.raw`(?<=\bhooks\.slack\.com/(?:services|workflows)/|\bdiscord(?:app)?\.com/api/webhooks/|\bwebhook\.office\.com/)[^\s"'<]+`,
];

/** A token of a known service, a JWT, an API key of Feldera. */
export const token = new RegExp(forms.join('|'), 'g');
