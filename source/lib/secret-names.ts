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
