import { expect } from 'chai';
import { createApplication, editApplication, getApplication } from '../../../../src/domain/applications/applications/index.ts';
import {
  findUsersBySubject,
  listPairwiseSubjects,
  loadSubjectKey,
  pairwiseSubject,
  subjectOf,
} from '../../../../src/domain/applications/assertions/index.ts';
import { KeyRing } from '../../../../src/platform/crypto/index.ts';
import { clientSecret } from '../../../support/server.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/applications/assertions: pairwise subjects (OpenID Connect Core §8.1)', () => {
  const store = useStore();
  let count = 0;
  const client = async (more: Record<string, unknown> = {}, scope = store.scope) => {
    const code = `pairwise-${++count}`;
    const oidc = {
      client_id: code,
      client_secret: clientSecret,
      redirect_uris: [`https://${code}.example/cb`],
      subject_type: 'pairwise',
      ...more,
    };
    return createApplication(scope, { code, name: `Pairwise ${count}`, oidc });
  };

  it('never change: a key, a sector and a person make the same subject for ever', () => {
    const key = Buffer.alloc(32, 5);
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    expect(pairwiseSubject(key, 'rp.example', id)).to.equal('j0C2jqDxuWpcPzubecmXSQ');
    const others = [pairwiseSubject(Buffer.alloc(32, 6), 'rp.example', id), pairwiseSubject(key, 'rp.example:444', id)];
    expect(new Set(['j0C2jqDxuWpcPzubecmXSQ', ...others]).size).to.equal(3);
  });

  it('the company’s secret is made once, also of many at once, and outlives the master key it was made under', async () => {
    const [first, ...more] = await Promise.all(Array.from({ length: 8 }, () => loadSubjectKey(store.scope)));
    for (const one of more) expect(one.equals(first!)).to.equal(true);
    const keyRing = new KeyRing([
      { id: 'newer', key: Buffer.alloc(32, 9) },
      { id: 'test', key: Buffer.alloc(32, 7) },
    ]);
    expect((await loadSubjectKey({ ...store.scope, keyRing })).equals(first!)).to.equal(true);
    expect((await loadSubjectKey(store.other)).equals(first!), 'each company has its own').to.equal(false);
  });

  it('are found back by the company alone, and by no other', async () => {
    const [rp, open] = [await client(), await client({ subject_type: 'public' })];
    const [user, other] = [await store.person(), await store.person()];
    const subject = await subjectOf(store.scope, rp.oidc!, user.userId);
    expect(await subjectOf(store.scope, open.oidc!, user.userId)).to.equal(user.userId);
    expect((await findUsersBySubject(store.scope, subject)).map(({ userId }) => userId)).to.deep.equal([user.userId]);
    expect(await findUsersBySubject(store.other, subject)).to.deep.equal([]);
    await client({ redirect_uris: [rp.oidc!.redirect_uris[0]!] }, store.other);
    expect(await findUsersBySubject(store.other, subject), 'of the same application').to.deep.equal([]);
    for (const text of ['', 'x', subject.slice(1), `${subject}A`, user.userId, 'A'.repeat(22), "'; --"])
      expect(await findUsersBySubject(store.scope, text), text).to.deep.equal([]);
    const known = await listPairwiseSubjects(store.scope, user.userId);
    expect(known.filter(({ applicationId }) => applicationId === rp.applicationId)).to.deep.equal([
      { applicationId: rp.applicationId, name: rp.name, subject },
    ]);
    expect(known.map(({ applicationId }) => applicationId)).to.not.include(open.applicationId);
    expect(await subjectOf(store.scope, rp.oidc!, other.userId)).to.not.equal(subject);
  });

  it('hold for one host; what has none or several needs a sector, and what cannot have any is told so', async () => {
    const refused = (more: Record<string, unknown>) => store.refused('invalid_input', () => client(more));
    const missing = { sector_identifier_uri: 'fields.sector_missing' };
    expect(await refused({ redirect_uris: ['https://a.example/cb', 'https://b.example/cb'] })).to.deep.equal(missing);
    expect(await refused({ redirect_uris: ['com.example.app:/cb'] })).to.deep.equal(missing);
    expect(await refused({ redirect_uris: [], grant_types: ['client_credentials'] })).to.deep.equal(missing);
    expect(await refused({ grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'] })).to.deep.equal({
      subject_type: 'fields.pairwise_device',
    });
    for (const uri of ['http://s.example/', 'https://user@s.example/', 'https://s.example/#x', 'nonsense', 'javascript:alert(1)'])
      expect(await refused({ sector_identifier_uri: uri }), uri).to.deep.equal({ sector_identifier_uri: 'fields.sector_identifier_uri' });
    const several = { redirect_uris: ['https://a.example/cb', 'com.example.app:/cb'], sector_identifier_uri: 'https://a.example/any' };
    const user = await store.person();
    const one = await client({ redirect_uris: ['https://a.example/other'] });
    const [first, second] = [await client(several), one].map(({ oidc }) => subjectOf(store.scope, oidc!, user.userId));
    expect(await first).to.equal(await second);
  });

  it('are not changed by mistake: only by somebody who says so', async () => {
    const { applicationId, oidc, ...rest } = await client();
    const { secret_fingerprint: _, ...kept } = oidc!;
    const edit = (change: object, keeps: boolean) =>
      editApplication(store.scope, applicationId, { ...rest, oidc: { ...kept, ...change } }, undefined, keeps);
    for (const change of [
      { subject_type: 'public' },
      { sector_identifier_uri: 'https://else.example/' },
      { redirect_uris: ['https://else.example/cb'] },
    ])
      expect(await store.refused('invalid_input', () => edit(change, true))).to.deep.equal({ subject_type: 'fields.subjects_change' });
    await edit({ redirect_uris: [`${kept.redirect_uris[0]}/other`] }, true);
    await edit({ subject_type: undefined }, false);
    const user = await store.person();
    const { oidc: after } = await getApplication(store.scope, applicationId);
    expect(await subjectOf(store.scope, after!, user.userId)).to.equal(user.userId);
  });
});
