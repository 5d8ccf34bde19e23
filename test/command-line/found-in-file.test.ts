import { expect } from 'chai';
import { tellingFound } from '../../src/command-line/found-in-file.ts';
import { faultAt, StateError } from '../../src/domain/administration/configuration/index.ts';

type Path = (string | number)[];

/** What a refusal of the place says that the file has there. */
async function foundAt(path: Path, value: unknown, message = 'fields.invalid'): Promise<string | undefined> {
  const written = path.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), value);
  const error = await tellingFound(written, () => {
    throw new StateError([faultAt(path, message)]);
  }).catch((refused: StateError) => refused);
  return error instanceof StateError ? error.faults[0]?.found : undefined;
}

const application: Path = ['contexts', 0, 'applications', 0];
const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n';

describe('command-line: what a file has where it is refused', () => {
  it('is shown as it is written, in one line', async () => {
    const cases: [Path, unknown, string][] = [
      [['contexts', 0, 'timeZone'], 'Mars', '"Mars"'],
      [['contexts', 0, 'policy', 'lockout', 'limit'], 99, '99'],
      [['contexts', 0, 'policy', 'password', 'minLength'], 3, '3'],
      [[...application, 'oidc', 'token_endpoint_auth_method'], 'basic', '"basic"'],
      [
        [...application, 'oidc', 'redirect_uris', 0],
        'ftp://files.acme.example/a/rather/long/way/to/it',
        '"ftp://files.acme.example/a/rather/long/way/to/it"',
      ],
      [[...application, 'oidc', 'grant_types'], ['implicit', 5], '["implicit",5]'],
      [[...application, 'oidc'], { a: 1 }, 'the keys a'],
    ];
    for (const [path, value, found] of cases) expect(await foundAt(path, value), path.join('.')).to.equal(found);
    expect(await foundAt(['contexts', 0, 'name'], 'x'.repeat(500))).to.have.length(80);
  });

  it('is never shown where secrets stand, nor below', async () => {
    const places: Path[] = [
      ['contexts', 0, 'users', 0, 'password'],
      ['contexts', 0, 'users', 0, 'generatePassword'],
      [...application, 'oidc', 'client_secret'],
      [...application, 'oidc', 'jwks'],
      [...application, 'oidc', 'jwks', 'keys', 0, 'd'],
      [...application, 'saml', 'signingCertificates', 0],
      [...application, 'saml', 'encryptionCertificate'],
      ['contexts', 0, 'directories', 0, 'token'],
    ];
    for (const path of places)
      for (const value of ['hunter2', 47114711, ['hunter2'], { hunter2: 1 }])
        expect(await foundAt(path, value), path.join('.')).to.equal(undefined);
    for (const message of ['fields.key_unknown', 'fields.key_misspelt', 'fields.type_keys'])
      expect(await foundAt(['contexts', 0, 'users', 0, 'pasword'], 'hunter2', message)).to.equal(undefined);
  });

  it('is never shown of a person, but by what they sign in, nor of a key that there is not', async () => {
    const person: Path = ['contexts', 0, 'users', 0];
    for (const path of [person, person.slice(0, -1), ['contexts', 0, 'applications']])
      for (const value of ['hunter2', { hunter2: 1 }])
        expect(await foundAt(path, value, 'fields.type_list'), path.join('.')).to.equal(undefined);
    for (const key of ['pasword', 'role', 'firstName', 'department', 'emailVerified', 'customFields'])
      expect(await foundAt([...person, key], 'hunter2'), key).to.equal(undefined);
    const unknown = 'fields.custom_field_unknown';
    expect(await foundAt([...person, 'customFields', 'pin'], 'hunter2', unknown)).to.equal(undefined);
    expect(await foundAt(['contexts', 0, 'directories', 0, 'settings', 'mapping', 'customFields', 'pin'], 'hunter2', unknown)).to.equal(
      undefined,
    );
    for (const key of ['email', 'username']) expect(await foundAt([...person, key], 'no address')).to.equal('"no address"');
  });

  it('names a reference and not what it leads to, in the sentence as well', async () => {
    const reference = '$' + '{env:LOGIN}';
    const file = (login: string) => ({ groups: [{ name: 'Sales', members: [login] }], pairedWith: 'acme' });
    // the text of the file, what it becomes, and what a sentence would say
    const cases: [written: string, resolved: string, said: string, told: string][] = [
      [reference, 'hunter2', 'hunter2', reference],
      [reference, 'hunter2secret ', 'hunter2secret', reference],
      [reference, '\n hunter2secret\n\n', 'hunter2secret', reference],
      [reference, 'Hunter2Secret', 'hunter2secret', reference],
      [reference, 'h', 'h', reference],
      [`ana-${reference} `, 'ana-hunter2 ', 'ana-hunter2', `ana-${reference} `],
      [`ana-${reference}`, 'ana-hunter2 ', 'hunter2', `ana-${reference}`],
      [reference, 'hunter2 ', 'group hunter2 of sales', `group ${reference} of sales`],
      ['ana', 'ana', 'ana', 'ana'],
    ];
    for (const place of [['groups', 0, 'members', 0], ['groups', 0, 'members'], ['groups']])
      for (const [written, resolved, login, told] of cases) {
        const work = () => {
          throw new StateError([faultAt(place, 'errors.unknown_person', { login, count: 3 })]);
        };
        const error = await tellingFound(file(written), work, file(resolved)).catch((refused: StateError) => refused);
        expect((error as StateError).faults[0]!.params, `${place} ${resolved}`).to.deep.equal({ login: told, count: 3 });
      }
  });

  it('hides what a reference leads to also where another place is refused', async () => {
    const reference = '$' + '{file:names.txt}';
    const file = (name: string, other: string) => ({ groups: [{ name }, { name: other }], pairedWith: 'b' });
    const work = () => {
      throw new StateError([faultAt(['pairedWith'], 'errors.unknown_context', { code: 'b', name: 'hunter2secret' })]);
    };
    const error = await tellingFound(file(reference, '$' + '{env:B}'), work, file('hunter2secret\n', 'b')).catch(
      (refused: StateError) => refused,
    );
    expect((error as StateError).faults[0]!.params).to.deep.equal({ code: 'b', name: reference });
  });

  it('is not shown in any place where it looks like a secret', async () => {
    const secrets = [
      pem,
      [pem],
      'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
      'smartsync_Zk3vN0aXQ7bS1rT9',
      { [pem]: 1 },
      'https://ana:hunter2@acme.example/',
      ['client_secret: hunter2'],
      'ana, password=hunter2',
      'https://acme.example/?code=Zk3vN0aXQ7bS1rT9uWyP',
    ];
    for (const secret of secrets)
      for (const path of [
        ['contexts', 0, 'timeZone'],
        [...application, 'saml', 'metadata'],
      ])
        expect(await foundAt(path, secret), String(secret)).to.equal(undefined);
  });
});
