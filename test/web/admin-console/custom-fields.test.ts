import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { listCustomFields } from '../../../src/domain/company/custom-fields/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { eventsOf } from '../../support/audit.ts';
import type { Jar } from '../../support/jar.ts';
import { eventually } from '../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: custom fields', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer({ jobs: true });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const fillIn = async (path: string, changes: Record<string, string | string[]>) => {
    const { action, entries } = ana.form(await ana.get(at(path)), /admin\//);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(changes)) {
      form.delete(name);
      for (const one of [value].flat()) form.append(name, one);
    }
    return ana.get(action, { form });
  };
  const define = (changes: Record<string, string>) => fillIn('/admin/custom-fields/new', changes);
  const joao = async () => (await findUserByLogin(await server.scope(), 'jsilva'))!;
  const valuesOfJoao = async () => {
    const fields = await listCustomFields(await server.scope());
    const { customValues } = await joao();
    return Object.fromEntries(fields.flatMap(({ code, fieldId }) => (fieldId in customValues ? [[code, customValues[fieldId]]] : [])));
  };
  const editJoao = async (changes: Record<string, string | string[]>) => fillIn(`/admin/users/${(await joao()).userId}/edit`, changes);

  it('S34: a company defines fields of every type; what does not fit is refused with what to do', async () => {
    expect((await ana.get(at('/admin/custom-fields'))).text).to.contain('No custom fields yet');
    for (const [code, type, options] of [
      ['cost_center', 'text'],
      ['floor', 'number'],
      ['hired', 'date'],
      ['driver', 'boolean'],
      ['size', 'choice', 'S\nM\nL'],
      ['sites', 'choices', 'São Paulo\nJoinville\nRecife'],
    ] as const)
      expect((await define({ code, label: `Field ${code}`, type, options: options ?? '' })).status, code).to.equal(303);
    for (const [changes, message] of [
      [{ code: 'cost_center', label: 'Again' }, 'Already in use'],
      [{ code: 'Cost Center', label: 'X' }, 'Use only lowercase letters, digits and underscores'],
      [{ code: 'x', label: '' }, '1 to 100 characters'],
      [{ code: 'x', label: 'X', type: 'choice' }, 'Enter 1 to 200 different options'],
      [{ code: 'x', label: 'X', type: 'text', options: 'A' }, 'Only list fields have options'],
    ] as [Record<string, string>, string][]) {
      const refused = await define(changes);
      expect(refused.text, message).to.contain(message);
      expect(refused.status).to.be.oneOf([409, 422]);
    }
    const list = (await ana.get(at('/admin/custom-fields'))).text;
    expect(list.indexOf('cost_center')).to.be.lessThan(list.indexOf('sites'));
  });

  it('S65, S81, S86: the form of a person has them, with the value of each kept and shown; a wrong one is named and nothing is lost', async () => {
    const wrong = await editJoao({ custom_floor: 'third', custom_hired: '2026-02-30', custom_cost_center: 'CC-1', custom_size: 'XXL' });
    expect(wrong.status).to.equal(422);
    expect(wrong.text)
      .to.contain('Enter a number')
      .and.to.contain('Enter a date')
      .and.to.contain('Choose a value from the list')
      .and.to.contain('value="CC-1"');
    const saved = await editJoao({
      custom_cost_center: ' CC-42 ',
      custom_floor: '3,5',
      custom_hired: '2024-02-29',
      custom_driver: 'yes',
      custom_size: 'M',
      custom_sites: ['', 'Recife', 'São Paulo'],
    });
    expect(saved.status).to.equal(303);
    expect(await valuesOfJoao()).to.deep.equal({
      cost_center: 'CC-42',
      floor: 3.5,
      hired: '2024-02-29',
      driver: true,
      size: 'M',
      sites: ['São Paulo', 'Recife'],
    });
    const page = (await ana.get(saved.location!)).text;
    for (const text of ['CC-42', 'Feb 29, 2024', 'São Paulo, Recife']) expect(page).to.contain(text);
    expect((await editJoao({ custom_driver: '', custom_sites: '' })).status, 'emptied').to.equal(303);
    expect(await valuesOfJoao()).to.not.have.any.keys('driver', 'sites');
    const scope = await server.scope();
    const event = (await eventsOf(scope, { type: 'user.edited' })).at(-1)!;
    expect(event.details.before).to.have.property('custom.driver', true);
  });

  it('a required field is asked of whoever is saved next, and nobody is locked out by it', async () => {
    expect((await define({ code: 'badge', label: 'Badge', type: 'text', isRequired: 'yes' })).status).to.equal(303);
    expect((await editJoao({ department: 'Sales' })).text).to.contain('Required field');
    expect((await signedIn(server.baseUrl, 'jsilva', passwords.joao)).cookies.size, 'signs in all the same').to.be.greaterThan(0);
    expect((await editJoao({ custom_badge: '0042' })).status).to.equal(303);
    const refused = await fillIn('/admin/users/new', { firstName: 'New', lastName: 'One', access: 'username', username: 'newone' });
    expect(refused.text).to.contain('Required field');
  });

  it('SAML attributes and a NameID come from them, by file too; a file that knows no such field is refused by its path', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          customFields: [{ code: 'cost_center', label: 'Cost centre', type: 'text', personal: true }],
          users: [
            { username: 'jsilva', firstName: 'João', lastName: 'da Silva', customFields: { sites: ['Joinville', 'Recife'], floor: 4 } },
          ],
          applications: [
            {
              code: 'erp',
              name: 'ERP',
              saml: {
                entityId: 'https://erp.example',
                assertionConsumerServices: [{ url: 'https://erp.example/acs' }],
                nameIdFormat: 'unspecified',
                nameIdField: 'custom.badge',
                attributes: [
                  { name: 'CostCenter', from: 'custom.cost_center' },
                  { name: 'Sites', from: 'custom.sites' },
                  { name: 'Shoe', from: 'custom.size' },
                ],
              },
            },
          ],
        },
      ],
    });
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'erp'))!;
    const preview = (await ana.get(at(`/admin/applications/${applicationId}/preview?login=jsilva`))).text;
    expect(preview)
      .to.contain('&gt;0042&lt;')
      .and.to.contain('&gt;CC-42&lt;')
      .and.to.contain('&gt;Joinville&lt;')
      .and.to.contain('&gt;Recife&lt;');
    expect(preview).to.contain('&gt;M&lt;');
    expect((await ana.get(at(`/admin/applications/${applicationId}/edit`))).text).to.contain('value="custom.sites" selected');
    const refusal = await server
      .apply({
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            users: [{ username: 'jsilva', firstName: 'João', lastName: 'da Silva', customFields: { nope: 1 } }],
          },
        ],
      })
      .then(String, (error) => error.message);
    expect(refusal).to.contain('contexts[0].users[0].customFields.nope');
  });

  it('order, new names and options; code and type stay; a field that is deleted takes its values along', async () => {
    const fields = async () => (await listCustomFields(await server.scope())).map(({ code }) => code);
    const [first, second] = await listCustomFields(await server.scope());
    const { fields: hidden } = ana.form(await ana.get(at('/admin/custom-fields')), new RegExp(`${second!.fieldId}/move`));
    await ana.get(at(`/admin/custom-fields/${second!.fieldId}/move`), { form: { ...hidden, by: 'up' } });
    expect((await fields()).slice(0, 2)).to.deep.equal([second!.code, first!.code]);

    const size = (await listCustomFields(await server.scope())).find(({ code }) => code === 'size')!;
    expect(
      (await fillIn(`/admin/custom-fields/${size.fieldId}/edit`, { label: 'Shirt', options: 'S\nL', type: 'number', code: 'other' }))
        .status,
    ).to.equal(303);
    expect((await listCustomFields(await server.scope())).find(({ code }) => code === 'size')).to.deep.include({
      label: 'Shirt',
      type: 'choice',
      options: ['S', 'L'],
    });
    const stale = await fillIn(`/admin/custom-fields/${size.fieldId}/edit`, { label: 'Old', version: '1', shown: '' });
    expect(stale.status, 'somebody else changed it').to.equal(409);
    const edit = await ana.get(at(`/admin/users/${(await joao()).userId}/edit`));
    expect(edit.text).to.contain('Shirt');

    const remove = async () => {
      const { action, fields: confirmed } = ana.form(await ana.get(at(`/admin/custom-fields/${size.fieldId}/delete`)), /delete$/);
      return ana.follow(action, { form: confirmed });
    };
    expect((await remove()).text, 'while an application is told it').to.contain('These applications receive the field: ERP');
    const erp = { entityId: 'https://erp.example', assertionConsumerServices: [{ url: 'https://erp.example/acs' }] };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'erp', name: 'ERP', saml: erp }] }] });
    expect((await remove()).text).to.contain('Field deleted');
    await eventually(async () => expect((await joao()).customValues).to.not.have.property(size.fieldId));
    expect((await ana.get(at(`/admin/custom-fields/${size.fieldId}/edit`))).status).to.equal(404);
  });

  it('an option that the list has lost stays with whoever has it, until somebody chooses another', async () => {
    expect((await define({ code: 'shift', label: 'Shift', type: 'choice', options: 'Day\nNight' })).status).to.equal(303);
    expect((await editJoao({ custom_shift: 'Night' })).status).to.equal(303);
    const shift = (await listCustomFields(await server.scope())).find(({ code }) => code === 'shift')!;
    await fillIn(`/admin/custom-fields/${shift.fieldId}/edit`, { options: 'Day\nEvening' });
    expect((await editJoao({ department: 'Other' })).status).to.equal(303);
    expect((await valuesOfJoao()).shift).to.equal('Night');
    expect((await editJoao({ custom_shift: 'Day' })).status).to.equal(303);
    expect((await editJoao({ custom_shift: 'Night' })).text).to.contain('Choose a value from the list');
  });

  it('codes that every object has, numbers that would not come back, marks alone: no page breaks, nothing changes silently', async () => {
    expect((await define({ code: 'constructor', label: 'Constructor', type: 'text' })).status).to.equal(422);
    expect((await ana.get(at('/admin/users/new'))).status).to.equal(200);
    for (const number of ['0,0000001', '999999999999999.1234567', '1e3'])
      expect((await editJoao({ custom_floor: number })).text, number).to.contain('Enter a number');
    expect((await editJoao({ custom_cost_center: '\u200b' })).text).to.contain('Enter one line');
    expect((await editJoao({ custom_cost_center: '漢'.repeat(1000) })).status).to.equal(303);
    for (let i = 0; i < 5; i++) await define({ code: `wide_${i}`, label: 'Wide', type: 'text' });
    const wide = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`custom_wide_${i}`, '漢'.repeat(1000)]));
    expect((await editJoao(wide)).status).to.equal(303);
  });

  it('of personal data the audit says that it changed, and not what it is', async () => {
    await define({ code: 'tax_id', label: 'Tax ID', type: 'text', isPersonal: 'yes' });
    await editJoao({ custom_tax_id: '123.456.789-00' });
    const scope = await server.scope();
    const event = (await eventsOf(scope, { type: 'user.edited' })).at(-1)!;
    expect(event.details.after).to.have.property('custom.tax_id');
    expect(JSON.stringify(event)).to.not.contain('123.456');
  });

  it('a file changes what it mentions: the entity ID, the state and the fields set in the console stay; a second run changes nothing', async () => {
    await fillIn('/admin/certificates', { samlEntityId: 'urn:example:kept' });
    const context = { code: 'acme', name: 'Acme S.A.', customFields: [{ code: 'floor', label: 'Floor', type: 'number' }] };
    await server.apply({ contexts: [context] });
    expect((await server.apply({ contexts: [context] })).changes).to.deep.equal([]);
    expect((await ana.get(at('/saml/metadata'))).text).to.contain('entityID="urn:example:kept"');
    const refusal = await server.apply({ contexts: [{ ...context, samlEntityId: 'not a uri' }] }).then(String, (error) => error.message);
    expect(refusal).to.contain('samlEntityId');
    await server.apply({ contexts: [{ ...context, samlEntityId: null }] });
    const scope = await server.scope();
    const event = await scope.db('audit_events').where({ type: 'context.edited' }).orderBy('event_id', 'desc').first();
    expect(event!.details).to.deep.equal({
      before: { name: 'Acme S.A.', samlEntityId: 'urn:example:kept' },
      after: { name: 'Acme S.A.', samlEntityId: null },
    });
  });

  it('the entity ID is set and taken back in the console', async () => {
    const set = (samlEntityId: string) => fillIn('/admin/certificates', { samlEntityId });
    expect((await set('not an address')).text).to.contain('Enter an absolute URI');
    expect((await set('urn:example:acme')).status).to.equal(303);
    expect((await ana.get(at('/saml/metadata'))).text).to.contain('entityID="urn:example:acme"');
    expect((await set('')).status).to.equal(303);
    expect((await ana.get(at('/saml/metadata'))).text).to.contain(`entityID="${server.issuer}"`);
  });
});
