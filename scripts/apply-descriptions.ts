import { samlOptionNames } from '../src/domain/applications/applications/index.ts';
import { settingDescriptions } from './apply-setting-descriptions.ts';
import { words } from './saml-options-page.ts';

/** What each key of the file of `apply` means, by its path. A test says which is missing and which nobody reads any more. */
export const descriptions: Record<string, string> = {
  $schema: 'Where this schema lies, for editors; `apply` does not read it.',
  ...settingDescriptions,
  contexts: 'The companies that the file describes; others are left alone.',

  'contexts[].code': 'Names the company in addresses and on the command line; it cannot be changed. A company of a new code is made.',
  'contexts[].name': 'Shown on every page. Needed for a new company only.',
  'contexts[].environment': 'Whether people really work with it (`production`) or try things out (`approval`).',
  'contexts[].pairedWith': 'For an `approval` company: the code of the `production` company that it belongs to.',
  'contexts[].address':
    'An origin of its own, such as `https://login.acme.example`; `null` takes it away, and the company lives at BASE_URL/code. Passkeys work at the host where they were set up: another one is refused where no administrator has another way in, unless `--accept-lockout` is given.',
  'contexts[].samlEntityId': 'A fixed SAML entity ID where partners expect one; `null` goes back to the company’s address.',
  'contexts[].timeZone': 'An IANA name, such as `America/Sao_Paulo`; `UTC` for a new company without one.',
  'contexts[].customFields': 'Fields of people that the company defines. Only `--prune` deletes.',
  'contexts[].users': 'People, found by e-mail or username. A file never deletes any.',
  'contexts[].groups': 'Groups, found by name. Only `--prune` deletes.',
  'contexts[].applications': 'Applications, found by code. Only `--prune` deletes.',
  'contexts[].apis': 'APIs that are protected by tokens, found by identifier. Only `--prune` deletes.',

  'contexts[].customFields[].code': 'Names the field: `customFields.cost_center` of a person, `custom.cost_center` in mappings.',
  'contexts[].customFields[].label': 'How people see it.',
  'contexts[].customFields[].type': 'What it holds; it cannot be changed.',
  'contexts[].customFields[].options': 'What can be chosen, for `choice` and `choices`.',
  'contexts[].customFields[].required': 'New people need it, in the file too.',
  'contexts[].customFields[].personal': 'The audit report records only that the value changed, not the value.',
  'contexts[].customFields[].claim':
    'The standard claim of OpenID Connect that it fills for every application; `text`, `date` and `choice` only. Left out it stays; `null` takes it away.',

  'contexts[].users[].email': 'A person signs in with this or with `username`; administrators need one.',
  'contexts[].users[].username': 'A person signs in with this or with `email`.',
  'contexts[].users[].emailVerified':
    'The address is this person’s: applications are told so (`email_verified`). Left out, a new address is not until its person follows a link that was mailed to it, and another stays as it is.',
  'contexts[].users[].firstName': 'A new person needs one of the two names; an empty text takes it away.',
  'contexts[].users[].lastName': 'As `firstName`.',
  'contexts[].users[].role': '`regular` for a new person without one.',
  'contexts[].users[].department': 'As in the company.',
  'contexts[].users[].customFields': 'Values of custom fields, by the code of the field.',
  'contexts[].users[].password': 'Replaces the one in force and ends the person’s sessions; the one in force again changes nothing.',
  'contexts[].users[].generatePassword': 'Makes a password when the person is created, and prints it once.',

  'contexts[].groups[].name': 'Found by this.',
  'contexts[].groups[].description': 'For administrators.',
  'contexts[].groups[].members':
    'E-mails or usernames; who is not in the list is removed. Left out, the members stay. Administrators whom rules about the group would keep out are refused where nobody else of them gets in, unless `--accept-lockout` is given.',

  'contexts[].applications[].code': 'Names the application in files and addresses.',
  'contexts[].applications[].name': 'Shown on the Launchpad and on the sign-in page.',
  'contexts[].applications[].description': 'Shown on the Launchpad.',
  'contexts[].applications[].category': 'Section of the Launchpad in which the application appears.',
  'contexts[].applications[].catalogueEntry':
    'An entry of the catalogue, such as `apache`, under whose names the console shows our values.',
  'contexts[].applications[].navigable': 'Everybody in the company may open it, without an assignment.',
  'contexts[].applications[].launchUrl':
    'What the tile of the Launchpad opens: the page of the application that starts a sign-in. Without it (and without `oidc.initiate_login_uri`) the tile of an OpenID Connect application opens the site of its redirect addresses, if there is one alone. SAML applications need none.',
  'contexts[].applications[].enabled': 'Whether people can sign in to it; a new one is enabled.',
  'contexts[].applications[].assignedTo': 'Who may open it; who is not in a list is removed. A list that is left out stays.',
  'contexts[].applications[].assignedTo.groups': 'Names of groups; `Everyone` is everybody in the company.',
  'contexts[].applications[].assignedTo.users': 'E-mails or usernames.',
  'contexts[].applications[].oidc': 'How it signs people in by OpenID Connect, in the names of RFC 7591. Left out it stays; null ends it.',
  'contexts[].applications[].saml': 'How it signs people in by SAML 2.0. Left out it stays; null ends it.',

  'contexts[].applications[].oidc.client_id': 'How the application names itself in requests.',
  'contexts[].applications[].oidc.client_secret':
    'At least 16 characters, better a reference to a variable or file. Left out, the one in force stays; a new application with a secret needs one.',
  'contexts[].applications[].oidc.client_secret_expires_at':
    'Seconds since 1970; 0 is never. Left out, a new secret has no end and one that stays keeps its own.',
  'contexts[].applications[].oidc.former_client_secret_expires_at':
    'Seconds since 1970: until when the secret that `client_secret` replaces goes on beside it, and no later than it would have. Left out, one that is replaced ends at once; 0 ends it.',
  'contexts[].applications[].oidc.token_endpoint_auth_method':
    'How it proves itself. `any` takes its secret by Basic or in the body; the next two take it one way alone. `none` is a public client, in a browser or on a phone, which has to use PKCE.',
  'contexts[].applications[].oidc.redirect_uris':
    'Where people may be sent back to, compared character by character. Needed with `authorization_code`. In a company of an `approval` environment a `*` may stand for the first label of a host, as in `https://*.preview.example.com/callback`.',
  'contexts[].applications[].oidc.allow_private_use_schemes':
    'Redirect addresses by a scheme without a dot, such as `cursor://`, which any program on a device can claim (RFC 8252 §7.1): for programs that know nothing else. They have to use PKCE.',
  'contexts[].applications[].oidc.web_origins':
    'Origins such as `https://app.example.com` whose pages may call the token endpoint and UserInfo from a browser (CORS), besides those of the redirect addresses.',
  'contexts[].applications[].oidc.post_logout_redirect_uris': 'Where people may be sent back to after they signed out.',
  'contexts[].applications[].oidc.grant_types': 'How it may ask for tokens.',
  'contexts[].applications[].oidc.id_token_signed_response_alg':
    'How ID tokens are signed. Every client verifies `RS256`; some older ones do not verify `ES256`. Left out, an application that there is keeps its own.',
  'contexts[].applications[].oidc.backchannel_logout_uri': 'Called by the server when a session ends (OpenID Connect Back-Channel Logout).',
  'contexts[].applications[].oidc.backchannel_logout_session_required': 'Whether logout tokens carry `sid`.',
  'contexts[].applications[].oidc.initiate_login_uri':
    'What the tile of the Launchpad opens in preference to `launchUrl` (OpenID Connect Core §4).',
  'contexts[].applications[].oidc.jwks': 'For `private_key_jwt`: the application’s public keys. Never a private one.',
  'contexts[].applications[].oidc.jwks.keys':
    'RSA of 2048 bits or more, EC or Ed25519 (RFC 7517). Others are left out, and `apply` says how many; one has to remain.',
  'contexts[].applications[].oidc.jwks_uri':
    'For `private_key_jwt`, in place of `jwks`: where the application publishes its keys. A private address has to be in `PORTARIA_OUTBOUND_ALLOW`.',
  'contexts[].applications[].oidc.require_pushed_authorization_requests': 'Refuses requests that were not pushed before (RFC 9126).',
  'contexts[].applications[].oidc.dpop_bound_access_tokens': 'Binds tokens to a key of the application (RFC 9449).',
  'contexts[].applications[].oidc.consent_required': 'A third party’s: each person is asked before anything about them is passed on.',
  'contexts[].applications[].oidc.access_token_seconds': 'How long an access token lasts, 60 to 86400; 900 where nothing is said.',
  'contexts[].applications[].oidc.id_token_seconds': 'How long an ID token lasts, 60 to 86400; 3600 where nothing is said.',
  'contexts[].applications[].oidc.refresh_token_seconds':
    'How long a refresh token lasts since its last use, 300 to 31536000; 1209600 (14 days) where nothing is said.',
  'contexts[].applications[].oidc.grant_seconds':
    'How long all of them last since the person last signed in to the application, 300 to 63072000; no token lasts longer. 2592000 (30 days) where nothing is said.',
  'contexts[].applications[].oidc.refresh_overlap_seconds':
    'For so long a refresh token that was used gives the same answer again, where the application has neither secret nor key. At most 300; 30 where nothing is said, 0 for none.',
  'contexts[].applications[].oidc.introspects_all_applications':
    'A gateway’s: it may introspect every application’s access tokens that are for no API. Others are told about their own only, and an API’s resource server about the API’s.',
  'contexts[].applications[].oidc.claims': 'Claims besides the standard ones. Each has one of `from`, `value` and `template`.',
  'contexts[].applications[].oidc.claims[].name': 'Such as `cost_center`; not one of the standard claims.',
  'contexts[].applications[].oidc.claims[].from': 'The field of the person that fills it, or `custom.` and the code of a custom field.',
  'contexts[].applications[].oidc.claims[].value': 'The same text for everybody.',
  'contexts[].applications[].oidc.claims[].template':
    'A text with fields in braces; `{group:app-}` makes one value for each group whose name begins so, of the rest of its name.',
  'contexts[].applications[].oidc.claims[].scope': 'The scope that releases it; `profile` unless given, `openid` is always.',
  'contexts[].applications[].oidc.claims[].into': 'Where it is told; `id_token` and `userinfo` unless given.',
  'contexts[].applications[].oidc.standard_claims':
    'Where a standard claim is told, by its name; one with an empty list is withheld. Those left out are told in `id_token` and `userinfo`.',
  'contexts[].applications[].oidc.id_token_claims':
    '`requested`: the ID token has only those standard claims that the `claims` parameter names. `scopes`, the default: those of the granted scopes.',
  'contexts[].applications[].oidc.groups_claim': 'Which groups the claim `groups` has, and by what names.',
  'contexts[].applications[].oidc.groups_claim.only':
    '`all`, the default; `assigned`: those that the application is assigned to; `listed`: those of `names`.',
  'contexts[].applications[].oidc.groups_claim.prefix': 'Only groups whose names begin so.',
  'contexts[].applications[].oidc.groups_claim.strip_prefix': 'Leaves the prefix out of the names.',
  'contexts[].applications[].oidc.groups_claim.names': 'Groups by name.',
  'contexts[].applications[].oidc.groups_claim.names[].group': 'Its name here.',
  'contexts[].applications[].oidc.groups_claim.names[].as': 'What the application calls it.',
  'contexts[].applications[].oidc.most_values':
    'A longer list is left out of tokens, where `claims_overage` names it, and told at UserInfo; 200 unless given.',
  'contexts[].applications[].oidc.subject_type':
    '`pairwise`: another `sub` in each sector. A change makes every person a new one to the application.',
  'contexts[].applications[].oidc.sector_identifier_uri':
    'With `pairwise`: an https address whose host is the sector, where redirect addresses have several hosts or applications share subjects.',

  'contexts[].directoryRules': 'What holds for all directories of the company. What is left out stays; `null` brings a default back.',
  'contexts[].directoryRules.signIn': 'People sign in with the password of their network.',
  'contexts[].directoryRules.personalPassword': 'Who has a network password may have a personal one, too. Administrators always keep one.',
  'contexts[].directoryRules.stateToDirectory': 'Who is deactivated or reactivated here by an administrator, is so in the directory.',
  'contexts[].directoryRules.stateFromDirectory': 'Who is disabled or gone in the directory, is deactivated here.',
  'contexts[].directoryRules.whileAway':
    'While the directory does not answer, people who signed in within 14 days go on. Never administrators.',
  'contexts[].directoryRules.resetNetworkPassword': '"Forgot your password?" may set the network password.',
  'contexts[].directories':
    'Directories, found by name. Tokens are never in a file: `portaria directory token` makes one. Only `--prune` deletes.',
  'contexts[].directories[].name': 'As administrators and people read it.',
  'contexts[].directories[].settings': 'What is left out stays; `null` brings a default back.',
  'contexts[].directories[].settings.acceptsPeople': 'People who arrive are accepted without being asked about.',
  'contexts[].directories[].settings.acceptsGroups': 'Groups that arrive are accepted without being asked about.',
  'contexts[].directories[].settings.emailsAreVerified':
    'Nobody can enter another’s address in the directory: applications are told that addresses are verified.',
  'contexts[].directories[].settings.userFilter': 'Which entries are people (RFC 4515). Without one, the default of the kind.',
  'contexts[].directories[].settings.groupFilter': 'Which entries are groups (RFC 4515). Without one, the default of the kind.',
  'contexts[].directories[].settings.mapping': 'Which attribute fills what. What is left out is that of the kind.',
  'contexts[].directories[].settings.mapping.firstName': 'Usually `givenName`.',
  'contexts[].directories[].settings.mapping.lastName': 'Usually `sn`.',
  'contexts[].directories[].settings.mapping.fullName':
    'Split at its first space where the two above are empty; usually `displayName` or `cn`.',
  'contexts[].directories[].settings.mapping.email': 'Usually `mail`.',
  'contexts[].directories[].settings.mapping.username': 'Usually `sAMAccountName` or `uid`.',
  'contexts[].directories[].settings.mapping.department': 'Usually `department` or `departmentNumber`.',
  'contexts[].directories[].settings.mapping.customFields':
    'Attributes by the code of the custom field, which the file or the company has. A mapping that is there already may stay when its field has gone.',
  'contexts[].directories[].settings.withoutEmail': 'People without a valid e-mail stay pending, or sign in by their user name there.',
  'contexts[].directories[].settings.nestedGroups': 'Who is in a group of a group: in the inner one only, or in both.',
  'contexts[].directories[].settings.rootDn': 'Where people are created. Without one, as SmartSync found it.',
  'contexts[].directories[].settings.accountDomain': 'Of names to sign in with there. Without one, as SmartSync found it.',
  'contexts[].directories[].settings.readEverySeconds': 'How often changes are read, 15 to 86400.',
  'contexts[].directories[].settings.wholeReadEveryHours': 'How often everything is read, 1 to 168.',
  'contexts[].directories[].settings.guardPercent': 'A run by which more percent of the people would leave stops and asks, 1 to 100.',
  'contexts[].directories[].settings.guardPeople': 'A run by which more people would leave stops and asks, 1 to 1000000.',
  'contexts[].apis[].identifier':
    'An absolute URI without a fragment, such as `https://api.acme.example/orders`: applications name it by `resource`, tokens as their audience. It cannot be changed.',
  'contexts[].apis[].name': 'Shown to people who are asked whether an application may use it.',
  'contexts[].apis[].tokenFormat':
    '`jwt`: the API checks tokens by itself (RFC 9068). `opaque`: it asks at the introspection endpoint, and a token that is revoked ends at once.',
  'contexts[].apis[].signingAlg': 'How signed tokens are signed, by the company’s keys.',
  'contexts[].apis[].accessTokenSeconds': 'How long a token lasts, 60 to 86400. A signed one cannot be called back.',
  'contexts[].apis[].scopesClaim': 'The claim that repeats the scopes of a token as a list, for frameworks that read roles.',
  'contexts[].apis[].scopes': 'What can be allowed there. A scope that is not in the list goes, from everybody who has it.',
  'contexts[].apis[].scopes[].name': 'As tokens say it (RFC 6749 §3.3), such as `orders:read`.',
  'contexts[].apis[].scopes[].texts': 'What it allows, as people are asked and told.',
  ...Object.fromEntries(
    Object.entries({ en: 'English', es: 'Spanish', 'pt-BR': 'Brazilian Portuguese' }).map(([locale, name]) => [
      `contexts[].apis[].scopes[].texts.${locale}`,
      `In ${name}; of one language at least.`,
    ]),
  ),
  'contexts[].apis[].scopes[].grantedTo': 'Who is granted it; who is not in a list loses it. A list that is left out stays.',
  'contexts[].apis[].scopes[].grantedTo.groups': 'Names of groups; `Everyone` is everybody in the company.',
  'contexts[].apis[].scopes[].grantedTo.users': 'E-mails or usernames.',
  'contexts[].apis[].applications':
    'Which applications have to do with it; who is not in the list may ask for nothing. Left out, they stay.',
  'contexts[].apis[].applications[].code': 'Of the application.',
  'contexts[].apis[].applications[].scopes': 'What it may ask for in the name of a person who is granted it.',
  'contexts[].apis[].applications[].ownScopes': 'What it may do in its own name, by `client_credentials`: nobody’s grant stands beside it.',
  'contexts[].apis[].applications[].isResourceServer': 'It is the API: it may introspect its tokens.',

  'contexts[].applications[].saml.metadata':
    'The partner’s metadata, as XML or as the name of a file beside this one. What is written beside it comes before it.',
  'contexts[].applications[].saml.entityId': 'The partner’s name. Needed without `metadata`.',
  'contexts[].applications[].saml.assertionConsumerServices': 'Where answers may go. Needed without `metadata`.',
  'contexts[].applications[].saml.assertionConsumerServices[].url': 'An address for POST, unless `binding` says otherwise.',
  'contexts[].applications[].saml.assertionConsumerServices[].index': 'As requests name it; left out, the next that is free.',
  'contexts[].applications[].saml.assertionConsumerServices[].isDefault': 'For requests that name none.',
  'contexts[].applications[].saml.assertionConsumerServices[].binding':
    'Left out, answers go there by POST; `artifact` needs `artifactBinding`.',
  'contexts[].applications[].saml.singleLogoutServices': 'Where the partner is told that a session ends.',
  'contexts[].applications[].saml.singleLogoutServices[].binding': 'How it is told.',
  'contexts[].applications[].saml.singleLogoutServices[].url': 'Where requests go.',
  'contexts[].applications[].saml.singleLogoutServices[].responseUrl': 'Where answers go, if elsewhere.',
  'contexts[].applications[].saml.signingCertificates': 'What the partner signs with, as PEM or base64.',
  'contexts[].applications[].saml.encryptionCertificate': 'What assertions are encrypted for, with an RSA key.',
  'contexts[].applications[].saml.nameIdFormat': 'How the person is named unless the request asks for another format.',
  'contexts[].applications[].saml.nameIdField':
    'The field behind an unspecified name (`login` without one), or a persistent one that the partner knows already. It should be different for everybody; of several values the first counts.',
  'contexts[].applications[].saml.forceNameIdFormat': 'Answers in `nameIdFormat` even when the request asks for another.',
  'contexts[].applications[].saml.attributes': 'What is told of the person.',
  'contexts[].applications[].saml.attributes[].name': 'As the partner expects it.',
  'contexts[].applications[].saml.attributes[].nameFormat': 'How the name is to be read.',
  'contexts[].applications[].saml.attributes[].friendlyName': 'For people who read the message.',
  'contexts[].applications[].saml.attributes[].from': 'The field of the person that fills it, or `custom.` and the code of a custom field.',
  'contexts[].applications[].saml.attributes[].value': 'The same text for everybody, in place of `from`.',
  'contexts[].applications[].saml.attributes[].template':
    'A text with fields, in place of `from`: `{firstName} {lastName}`; `{group}` gives a value for each group, `{group:AWS-}` for those that begin so.',
  'contexts[].applications[].saml.sendGroups': 'Adds `GroupId` and `Groupname`, a value for each group.',
  'contexts[].applications[].saml.signAssertion': 'The assertion or the response has to be signed.',
  'contexts[].applications[].saml.signResponse': 'The assertion or the response has to be signed.',
  'contexts[].applications[].saml.signatureAlgorithm': 'How we sign.',
  'contexts[].applications[].saml.encryptAssertion': 'Needs the partner’s certificate.',
  'contexts[].applications[].saml.encryptionAlgorithm': 'CBC is for older software.',
  'contexts[].applications[].saml.requireSignedRequests': 'Needs the partner’s certificate.',
  'contexts[].applications[].saml.metadataUrl': 'Where the partner publishes its metadata; it is read again every hour.',
  'contexts[].applications[].saml.defaultRelayState': 'Sent with a sign-in that begins at the Launchpad.',

  ...Object.fromEntries(
    samlOptionNames.map((name) => [`contexts[].applications[].saml.${name}`, `${words[name].label}. ${words[name].advice}`]),
  ),
};
