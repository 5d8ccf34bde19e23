import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { idOf, type Kind, listObjects, tellPath } from '../../../../src/domain/administration/configuration/index.ts';
import {
  type Choice,
  compareWithApproval,
  type Finding,
  findingCodes,
  previewPromotion,
  tellFinding,
} from '../../../../src/domain/administration/promotion/index.ts';
import { getOwnContext } from '../../../../src/domain/company/contexts/index.ts';
import { createI18n } from '../../../../src/platform/i18n/index.ts';
import {
  applyApproval,
  applyProduction,
  around,
  chooseFrom,
  oidcApplication,
  ownApplication,
  ownRedirect,
  partnerCertificate,
} from '../../../support/promotion.ts';
import { actingFor, useStore } from '../../../support/use-cases.ts';

const saml = (code: string, entityId: string, more: Record<string, unknown> = {}) => ({
  code,
  name: code,
  navigable: true,
  saml: { entityId, assertionConsumerServices: [{ url: `https://${code}.try.example/acs` }], ...more },
});
const ownSaml = (code: string, entityId: string, more: Record<string, string> = {}) => ({
  [`application ${code}`]: { 'saml.entityId': entityId, 'saml.assertionConsumerServices': `https://${code}.acme.example/acs`, ...more },
});

describe('domain/administration/promotion: what is checked before', () => {
  const store = useStore();

  const inDays = (days: number) => new Date(store.scope.clock.now().getTime() + days * 86_400_000);

  /** What is found of these, with what is typed. Nothing is written by looking. */
  async function find(picked: string[], values: Choice['values'] = {}, scope = store.scope): Promise<Finding[]> {
    const comparison = await compareWithApproval(scope);
    return store.unchanged(() => previewPromotion(scope, comparison, chooseFrom(comparison, { picked, values }), around));
  }
  const codesOf = (findings: Finding[]) => findings.map(({ code }) => code);

  it('nothing is found of what is in order', async () => {
    await applyApproval(store.scope, { applications: [oidcApplication('fine')] });
    expect(await find(['application fine'], ownRedirect('fine'))).to.deep.equal([]);
  });

  const found = new Set<string>();
  const cases: Record<keyof typeof findingCodes, () => Promise<Finding[]>> = {
    nothing_chosen: () => find([]),
    async unanswered() {
      await applyApproval(store.scope, { applications: [oidcApplication('silent')] });
      return find(['application silent']);
    },
    async missing() {
      await applyApproval(store.scope, {
        groups: [{ name: 'Crew' }],
        applications: [{ ...oidcApplication('ship'), assignedTo: { groups: ['Crew'] } }],
      });
      return find(['application ship'], ownRedirect('ship'));
    },
    async absent() {
      // as an earlier version let it stand: of approval's own, and of nobody's
      await applyApproval(store.scope, { applications: [oidcApplication('odd')] });
      const comparison = await compareWithApproval(store.scope);
      const [odd] = comparison.sides.approval.applications.filter(({ code }) => code === 'odd');
      odd!.assignedTo = { groups: ['Nobody'] };
      return previewPromotion(
        store.scope,
        comparison,
        chooseFrom(comparison, { picked: ['application odd'], values: ownRedirect('odd') }),
        around,
      );
    },
    async still_needed() {
      await applyProduction(store.scope, {
        groups: [{ name: 'Clerks' }],
        applications: [{ ...ownApplication('desk'), assignedTo: { groups: ['Clerks'] } }],
      });
      return find(['group clerks']);
    },
    async refused() {
      await applyApproval(store.scope, { applications: [oidcApplication('starred')] });
      return find(['application starred'], { 'application starred': { 'oidc.redirect_uris': 'https://*.preview.acme.example/cb' } });
    },
    async approval_address() {
      await applyApproval(store.scope, { applications: [oidcApplication('looped')] });
      return find(['application looped'], { 'application looped': { 'oidc.redirect_uris': `${around.approvalUrl}/cb` } });
    },
    async certificate_ended() {
      await applyApproval(store.scope, {
        applications: [saml('ended', 'urn:try:ended', { signingCertificates: [partnerCertificate(inDays(400))] })],
      });
      const values = ownSaml('ended', 'urn:acme:ended', { 'saml.signingCertificates': partnerCertificate(inDays(-1)) });
      return find(['application ended'], values);
    },
    async certificate_ends() {
      await applyApproval(store.scope, {
        applications: [saml('ending', 'urn:try:ending', { signingCertificates: [partnerCertificate(inDays(400))] })],
      });
      const values = ownSaml('ending', 'urn:acme:ending', { 'saml.signingCertificates': partnerCertificate(inDays(20)) });
      return find(['application ending'], values);
    },
    async entity_id_used() {
      await applyProduction(store.scope, { applications: [saml('first', 'urn:acme:shared')] });
      await applyApproval(store.scope, { applications: [saml('second', 'urn:try:second')] });
      return find(['application second'], ownSaml('second', 'urn:acme:shared'));
    },
    async client_id_used() {
      await applyProduction(store.scope, { applications: [ownApplication('original')] });
      await applyApproval(store.scope, { applications: [oidcApplication('copied', {}, { client_id: 'original' })] });
      return find(['application copied'], ownRedirect('copied'));
    },
    async same_host() {
      await applyApproval(store.scope, { applications: [oidcApplication('lazy')] });
      return find(['application lazy'], { 'application lazy': { 'oidc.redirect_uris': 'https://lazy.try.example/cb' } });
    },
    async local_address() {
      await applyApproval(store.scope, { applications: [oidcApplication('native')] });
      return find(['application native'], { 'application native': { 'oidc.redirect_uris': 'http://127.0.0.1/cb' } });
    },
    async plain_http() {
      await applyApproval(store.scope, { applications: [oidcApplication('old', { launchUrl: 'https://old.try.example/' })] });
      return find(['application old'], {
        'application old': { ...ownRedirect('old')['application old'], launchUrl: 'http://old.acme.example/' },
      });
    },
    async nobody() {
      await applyApproval(store.scope, { applications: [oidcApplication('alone', { navigable: false })] });
      return find(['application alone'], ownRedirect('alone'));
    },
    async empty_groups() {
      await applyApproval(store.scope, {
        groups: [{ name: 'Later' }],
        applications: [{ ...oidcApplication('later', { navigable: false }), assignedTo: { groups: ['Later'] } }],
      });
      return find(['application later', 'group later'], ownRedirect('later'));
    },
    async removed_people() {
      const { email } = await store.person();
      await applyProduction(store.scope, { applications: [{ ...ownApplication('used'), assignedTo: { groups: [], users: [email] } }] });
      return find(['application used']);
    },
    async no_way_in() {
      await store.person({ role: 'administrator' });
      await applyApproval(store.scope, { policy: { networks: ['192.0.2.0/24'] } });
      const findings = await find(['policy ']);
      await applyApproval(store.scope, { policy: { networks: [] } });
      return findings;
    },
  };
  for (const [code, look] of Object.entries(cases))
    it(`${code} is found, and by how much it matters`, async () => {
      const one = (await look()).find((finding) => finding.code === code);
      expect(one, 'it is not found').to.include({ severity: findingCodes[code as keyof typeof findingCodes] });
      found.add(code);
    });
  it('there is a case of each', () => {
    expect([...found].sort()).to.deep.equal(Object.keys(findingCodes).sort());
  });

  it('a policy that would lock out every administrator who is signed in is refused, by the guard of the policy', async () => {
    const ana = await store.person({ role: 'administrator' });
    await store.session(ana.userId);
    await applyApproval(store.scope, { policy: { networks: ['192.0.2.0/24'] } });
    const findings = await find(['policy '], {}, actingFor(store.scope, ana));
    expect(findings.map(({ code, object, params }) => [code, object?.kind, params.rule])).to.deep.equal([
      ['refused', 'policy', 'errors.policy_locks_out'],
    ]);
    await applyApproval(store.scope, { policy: { networks: [] } });
  });

  it('what is refused names its field and the rule, of every kind that can be', async () => {
    const t = createI18n(new URL('../../../../views/', import.meta.url)).for('en');
    const words = { subject: 'Hello', body: 'Body', action: 'Go' };
    await applyApproval(store.scope, {
      customFields: [{ code: 'plant', label: 'Plant', type: 'text' }],
      groups: [{ name: 'Crew' }],
      directories: [{ name: 'Branch', settings: { guardPeople: 7 } }],
      applications: [oidcApplication('wrong')],
      apis: [{ identifier: 'https://api.acme.example/wrong', name: 'Wrong' }],
      policy: { lockout: { limit: 9 }, overrides: [{ for: { role: 'regular' }, session: { idleMinutes: 5 } }] },
      newAccounts: { invitationDays: 3 },
      branding: { links: { help: 'https://help.acme.example/' } },
      terms: { en: { title: 'Terms', body: 'Be kind.' } },
      mails: { invitation: { en: words } },
    });
    const of = (kind: Kind, key: string, path: string, value: unknown): [Kind, string, string, unknown] => [kind, key, path, value];
    const cases = [
      of('customField', 'plant', 'options', ['a', 'a']),
      of('group', 'crew', 'description', 'x'.repeat(501)),
      of('directory', 'branch', 'settings.guardPeople', 0),
      of('application', 'wrong', 'oidc.redirect_uris', ['https://wrong.acme.example/cb', 'ftp://x']),
      of('api', 'https://api.acme.example/wrong', 'accessTokenSeconds', 1),
      of('policy', '', 'lockout.limit', 99),
      of('override', 'role:regular', 'session.idleMinutes', 0),
      of('newAccounts', '', 'invitationDays', 99),
      of('branding', '', 'links.help', 'ftp://x'),
      of('terms', '', 'en.title', ''),
      of('mail', 'invitation.en', 'body', '{{nobody}}'),
    ];
    for (const [kind, key, path, value] of cases) {
      const comparison = await compareWithApproval(store.scope);
      const id = idOf({ kind, key });
      const steps = path.split('.');
      // as no use case would have let it stand
      const object = listObjects(comparison.sides.approval).find((one) => idOf(one) === id)!;
      const owner = steps.slice(0, -1).reduce<object>((inner, step) => inner[step as never], object.value);
      if (kind !== 'application') Object.assign(owner, { [steps.at(-1)!]: value });
      const values = kind === 'application' ? { [id]: { [path]: (value as string[]).join('\n') } } : {};
      const choice = chooseFrom(comparison, { picked: [id], values });
      const [found] = await store.unchanged(() => previewPromotion(store.scope, comparison, choice, around));
      expect([found?.object?.kind, found?.object?.key], `${kind} ${path}`).to.deep.equal([kind, key]);
      expect(found!.path, `${kind} ${path}`).to.match(new RegExp(`^${path.replaceAll('.', '\\.')}(\\.\\d+)?$`));
      const said = tellFinding(t, found!);
      expect(said)
        .to.contain(`“${tellPath(t, kind, found!.path!)}” can’t be saved. `)
        .and.not.to.match(/fields\.|\{\{(?!nobody)|does not fit|that is named/);
      const last = Array.isArray(value) ? value.at(-1) : value;
      const shown = kind === 'customField' ? '["a","a"]' : JSON.stringify(last).slice(0, 79);
      expect(said, `${kind} ${path}`).to.contain(` Found: ${shown}`);
    }
  });

  it('all that is refused is told at once, each of its object', async () => {
    await applyApproval(store.scope, { applications: [oidcApplication('bad-one'), oidcApplication('bad-two'), oidcApplication('good')] });
    const bad = { 'oidc.redirect_uris': 'https://*.preview.acme.example/cb' };
    const findings = await find(['application bad-one', 'application bad-two', 'application good'], {
      'application bad-one': bad,
      'application bad-two': bad,
      ...ownRedirect('good'),
    });
    expect(codesOf(findings)).to.deep.equal(['refused', 'refused']);
    expect(findings.map(({ object, path, params }) => `${object?.key} ${path} ${params.rule}`)).to.have.members(
      ['bad-one', 'bad-two'].map((key) => `${key} oidc.redirect_uris.0 fields.redirect_pattern_production`),
    );
    expect((await getOwnContext(store.scope)).code).to.equal('acme');
  });

  it('so is all that is said of them: what is missing, what cannot be read or written, and what is not there', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a', use: 'sig', alg: 'RS256' }] };
    await applyApproval(store.scope, {
      groups: [{ name: 'New crew' }],
      applications: [
        oidcApplication('silent'),
        oidcApplication('star'),
        { ...oidcApplication('lonely'), assignedTo: { groups: ['New crew'] } },
        {
          ...oidcApplication('keys'),
          oidc: { ...oidcApplication('keys').oidc, token_endpoint_auth_method: 'private_key_jwt', jwks: keys },
        },
      ],
    });
    const findings = await find(
      ['silent', 'star', 'lonely', 'keys'].map((code) => `application ${code}`),
      {
        'application star': { 'oidc.redirect_uris': 'https://*.star.acme.example/cb' },
        'application lonely': { 'oidc.redirect_uris': 'ftp://lonely.acme.example/cb' },
        'application keys': { 'oidc.redirect_uris': 'https://keys.acme.example/cb\nnowhere', 'oidc.jwks': '{"keys": [{"d": "private"' },
      },
    );
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code, object, path = '', found = '' }) => `${code} ${object!.key} ${path} ${found}`.trim())).to.have.members([
      'unanswered silent oidc.redirect_uris',
      'refused keys oidc.jwks',
      'missing lonely',
      'refused star oidc.redirect_uris.0 "https://*.star.acme.example/cb"',
      'refused lonely oidc.redirect_uris.0 "ftp://lonely.acme.example/cb"',
      'refused keys oidc.redirect_uris.1 "nowhere"',
    ]);
    expect(JSON.stringify(findings)).not.to.contain('private"');
  });
});
