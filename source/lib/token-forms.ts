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
