const password = (of: string) => ({
  [`${of}.password`]: 'What passwords have to be.',
  [`${of}.password.minLength`]: 'Characters, 8 or more.',
  [`${of}.password.classes`]: 'Kinds of characters, one of each at least.',
  [`${of}.password.history`]: 'So many earlier passwords may not come back, 0 to 24.',
  [`${of}.password.expiryDays`]: 'After so long a new one is asked for; 0 is never.',
  [`${of}.password.refuseBreached`]: 'Refuses passwords that are known from breaches.',
});

const session = (of: string) => ({
  [`${of}.session`]: 'How long people stay signed in.',
  [`${of}.session.idleMinutes`]: 'Without a request, 1 to 43200.',
  [`${of}.session.lifetimeHours`]: 'At most, 1 to 8760.',
});

const secondFactor = (of: string) => ({
  [`${of}.secondFactor`]: 'What is asked besides the password.',
  [`${of}.secondFactor.demand`]: 'Whether everybody needs one.',
  [`${of}.secondFactor.factors`]: 'Those that are taken.',
  [`${of}.secondFactor.rememberDays`]: 'For so long a browser is not asked again; 0 asks every time.',
});

const networks = 'Addresses and ranges such as `10.0.0.0/8` from which people may sign in; an empty list is anywhere.';
const hours = (of: string) => ({
  [`${of}.hours.days`]: '1 is Monday, 7 is Sunday.',
  [`${of}.hours.from`]: 'Such as `08:00`.',
  [`${of}.hours.to`]: 'Later the same day.',
  [`${of}.hours.timeZone`]: 'An IANA name.',
});

/** What each setting of a company means in the file of `apply`, by its path. */
export const settingDescriptions: Record<string, string> = {
  'contexts[].policy':
    'How people sign in. What is left out stays; `null` brings a default back. Rules that would keep out every administrator who is signed in are refused, and, while none is signed in, rules by which none is known to get in, unless `--accept-lockout` is given; others stand at once, without the trial of the console.',
  'contexts[].policy.identifiers': 'By what people sign in, one at least.',
  'contexts[].policy.identifiers.email': 'By e-mail; administrators always need it.',
  'contexts[].policy.identifiers.username': 'By username.',
  'contexts[].policy.lockout': 'What happens after wrong passwords.',
  'contexts[].policy.lockout.limit': 'So many block the person, 3 to 20.',
  'contexts[].policy.lockout.decayMinutes': 'After so long without a failure the count starts again, 1 to 1440.',
  'contexts[].policy.lockout.unblockAfterMinutes': 'The block ends by itself, up to 10080; 0 is never.',
  'contexts[].policy.lockout.mail': 'Whether the person is mailed about it.',
  ...password('contexts[].policy'),
  ...session('contexts[].policy'),
  'contexts[].policy.session.keepDays': '“Keep me signed in” lasts so long, up to 365; 0 offers none.',
  ...secondFactor('contexts[].policy'),
  'contexts[].policy.networks': networks,
  'contexts[].policy.hours': 'When people may sign in; `null` is at any time.',
  ...hours('contexts[].policy'),
  'contexts[].policy.overrides':
    'What a group, an application or a role is stricter about. One that the file gives is as written; the others stay without `--prune`.',
  'contexts[].policy.overrides[].for': 'One of the three.',
  'contexts[].policy.overrides[].for.group': 'The name of a group, `Everyone` too.',
  'contexts[].policy.overrides[].for.application': 'The code of an application.',
  'contexts[].policy.overrides[].for.role': 'Administrators, or everybody else.',
  ...password('contexts[].policy.overrides[]'),
  ...session('contexts[].policy.overrides[]'),
  ...secondFactor('contexts[].policy.overrides[]'),
  'contexts[].policy.overrides[].networks': networks,
  'contexts[].policy.overrides[].hours': 'When they may sign in, besides the hours of the company; `null` is at any of those.',
  ...hours('contexts[].policy.overrides[]'),

  'contexts[].newAccounts': 'How accounts begin. What is left out stays; `null` brings a default back.',
  'contexts[].newAccounts.activation': 'What the form for a new person begins with.',
  'contexts[].newAccounts.selfRegistration': 'People may make their own account.',
  'contexts[].newAccounts.domains': 'Only with an address of one of these; an empty list takes any.',
  'contexts[].newAccounts.invitationDays': 'How long an invitation works, 1 to 90.',
  'contexts[].newAccounts.recoveryMinutes': 'How long a link for a forgotten password works, 5 to 1440.',
  'contexts[].newAccounts.confirmationHours': 'How long a link that confirms an address works, 1 to 168.',
  'contexts[].profiles': 'What people may change of themselves in My profile. What is left out stays; `null` brings a default back.',
  'contexts[].profiles.names': 'Their first and last name, unless a directory says it.',
  'contexts[].profiles.photos': 'Their photo.',
  'contexts[].branding': 'What pages and mails wear. What is left out stays; `null` brings a default back.',
  'contexts[].branding.color': 'In quotes, since # begins a comment in YAML: `"#1f5fae"`. Dark enough for white words.',
  'contexts[].branding.texts': 'By language (`en`, `es`, `pt-BR`): `signIn` and `launchpad`, a line each.',
  'contexts[].branding.links': 'Below the pages of the sign-in; an empty text shows none.',
  'contexts[].branding.links.help': 'An https or mailto address.',
  'contexts[].branding.links.privacy': 'An https or mailto address.',
  'contexts[].branding.links.terms': 'An https or mailto address.',
  'contexts[].branding.logo': 'A picture, as a data: address or as the name of a file beside this one; `null` takes it away.',
  'contexts[].mails':
    'The company’s own words, by mail and language: `subject`, `body` and `action`, all three for words that are new. What is left out stays without `--prune`; `null` goes back to ours.',
  'contexts[].terms':
    'The terms that people accept, by language: `title` and `body`. Other words are a new version, which everybody is asked about; `null` asks nobody any more.',
  'contexts[].auditRetentionDays': 'So long the audit report is kept, 30 to 36500; 0 is for ever.',
  'contexts[].applications[].logo':
    'A picture, as a data: address or as the name of a file beside this one. Left out it stays; `null` takes it away.',
};
