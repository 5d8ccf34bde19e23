import { expect } from 'chai';
import { getApplication, type SamlInput, setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import {
  acceptMetadata,
  differences,
  type FetchMetadata,
  findPartnerMetadata,
  ignoreMetadata,
  refreshAllMetadata,
  refreshMetadata,
  refreshMetadataJob,
} from '../../../../src/domain/applications/partner-metadata/index.ts';
import type { Server } from '../../../../src/domain/job.ts';
import type { ApplicationId, ContextId } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';
import { answering, key, metadata, nextKey, partner } from './partners.ts';

const never: FetchMetadata = () => expect.fail('it was fetched');

describe('domain/applications/partner-metadata', () => {
  const store = useStore();

  it('a partner who says what stands changes nothing but when it was read', async () => {
    const { says, known } = await partner(store.scope);
    expect(await known()).to.equal(undefined);
    expect(await store.eventsOf(() => says())).to.deep.equal([]);
    const { checkedAt, ...rest } = await known();
    expect(rest).to.include({ proposed: undefined, ignored: undefined, fault: undefined });
    store.wait(60);
    await says();
    expect((await known()).checkedAt.getTime() - checkedAt.getTime()).to.be.at.least(3_600_000);
  });

  it('a difference is proposed and audited once, and nothing takes effect by itself', async () => {
    const { says, known, settings, applicationId, entityId } = await partner(store.scope);
    const before = await getApplication(store.scope, applicationId);
    const types = await store.eventsOf(async () => {
      for (let n = 0; n < 3; n++) await says({ acs: ['/moved'], signing: [key, nextKey] });
    });
    expect(types).to.deep.equal(['application.metadata-changed']);
    expect(await getApplication(store.scope, applicationId)).to.deep.equal(before);
    const { proposed } = await known();
    const found = differences(await settings(), proposed!);
    expect(found.map(({ what, added, removed }) => [what, added.length, removed.length])).to.deep.equal([
      ['acs', 1, 1],
      ['signing-certificate', 1, 0],
    ]);
    expect(found[0]).to.deep.include({ added: [`0 ${entityId}/moved`], removed: [`0 ${entityId}/acs`] });
    const [event] = await eventsOf(store.scope, { applicationId, type: 'application.metadata-changed' });
    expect(event!.details, 'as the administrator reads it').to.deep.equal({ differences: found });
    expect(await store.eventsOf(() => says({ acs: ['/again'] }))).to.deep.equal(['application.metadata-changed']);
    expect(await store.eventsOf(() => says())).to.deep.equal([]);
    expect((await known()).proposed, 'the partner went back').to.equal(undefined);
  });

  it('each kind of difference is told: addresses, keys, and what is no more', async () => {
    const { says, known, settings } = await partner(store.scope);
    await says({ acs: ['/acs', '/second'], slo: '/slo', signing: [nextKey], encryption: key });
    const { proposed } = await known();
    const all = differences(await settings(), proposed!).map(({ what, added, removed }) => [what, added.length, removed.length]);
    const expected = [
      ['acs', 1, 0],
      ['slo', 1, 0],
      ['signing-certificate', 1, 1],
      ['encryption-certificate', 1, 0],
    ];
    expect(all).to.deep.equal(expected);
    const back = differences(
      proposed!,
      await known().then(() => ({ ...proposed!, singleLogoutServices: [], encryptionCertificate: undefined })),
    );
    expect(back.map(({ what, removed }) => [what, removed.length])).to.deep.equal([
      ['slo', 1],
      ['encryption-certificate', 1],
    ]);
    expect(differences(proposed!, proposed!)).to.deep.equal([]);
  });

  it('what cannot be read or could not be accepted is told as a fault and never proposed; what was found before stays', async () => {
    const { known, settings, says, applicationId, entityId, digest } = await partner(store.scope, {
      encryptAssertion: true,
      encryptionCertificate: key,
    });
    const before = await settings();
    await says({ acs: ['/good'], encryption: key });
    const faults: [FetchMetadata, string, RegExp][] = [
      [async () => Promise.reject(new Error('answered 503')), 'fields.metadata_unreachable', /^answered 503$/],
      [async () => Promise.reject(new Error('x'.repeat(501))), 'fields.metadata_unreachable', /^x{300}$/],
      [answering('no XML'), 'fields.metadata_not_xml', /^no XML$/],
      [answering(metadata('https://attacker.example', { encryption: key })), 'fields.metadata_unknown_provider', /^https:\/\/partner-/],
      [answering(metadata(entityId, { encryption: key, more: ' validUntil="2020-01-01T00:00:00Z"' })), 'fields.metadata_expired', /2020/],
      [answering(metadata(entityId, { acs: [] })), 'fields.metadata_no_acs', /./],
      [answering(metadata(entityId)), 'fields.encryption_certificate', /^$/],
    ];
    for (const [fetch, fault, detail] of faults) {
      expect(await store.eventsOf(() => refreshMetadata(store.scope, applicationId, fetch))).to.deep.equal([]);
      const found = await known();
      expect(found.fault, found.faultDetail).to.equal(fault);
      expect(found.faultDetail).to.match(detail);
      expect(found.proposed!.assertionConsumerServices[0]!.url).to.equal(`${entityId}/good`);
    }
    expect(await settings()).to.deep.equal(before);
    expect(await store.eventsOf(() => says({ acs: ['/good'], encryption: key })), 'it was told of before').to.deep.equal([]);
    expect((await known()).fault).to.equal(undefined);
    await acceptMetadata(store.scope, applicationId, await digest());
  });

  it('whoever edits the application while its metadata is read comes first', async () => {
    const moved: Partial<SamlInput>[] = [
      { metadataUrl: 'https://elsewhere.example/metadata' },
      { metadataUrl: undefined },
      { entityId: 'https://renamed.example' },
    ];
    for (const changes of moved) {
      const { applicationId, edit, entityId, known } = await partner(store.scope);
      const types = await store.eventsOf(() =>
        refreshMetadata(store.scope, applicationId, async (_url, take) => {
          await edit(changes);
          take(Buffer.from(metadata(entityId, { acs: ['/late'] })));
        }),
      );
      expect(types).to.deep.equal(['application.edited']);
      expect(await known()).to.equal(undefined);
    }
  });

  it('what was found at another address, or of another partner, is not proposed', async () => {
    const { says, edit, known, applicationId, digest } = await partner(store.scope);
    await says({ acs: ['/found'] });
    const seen = await digest();
    await edit({ entityId: 'https://another.example' });
    expect((await known()).proposed).to.equal(undefined);
    await store.refused('not_found', () => acceptMetadata(store.scope, applicationId, seen));
    await edit({ metadataUrl: 'https://elsewhere.example/metadata' });
    expect(await known()).to.equal(undefined);
    await store.refused('not_found', () => ignoreMetadata(store.scope, applicationId, seen));
  });

  it('every hour a job for each enabled application with an address is queued, of every company, once', async () => {
    const [own, foreign, disabled] = [await partner(store.scope), await partner(store.other), await partner(store.scope)];
    const silent = await partner(store.scope, { metadataUrl: undefined });
    await setApplicationEnabled(store.scope, disabled.applicationId, false);
    const scopeOf = (contextId: ContextId) => ({ ...store.scope, contextId });
    for (let n = 0; n < 2; n++) await refreshAllMetadata.run({ db: store.scope.db, scopeOf } as Server);
    const jobs = await store.queued('refresh-metadata');
    const of = ({ applicationId }: { applicationId: ApplicationId }) => jobs.filter((job) => job.applicationId === applicationId);
    expect(of(own)).to.deep.equal([{ contextId: store.scope.contextId, applicationId: own.applicationId }]);
    expect(of(foreign)).to.deep.equal([{ contextId: store.other.contextId, applicationId: foreign.applicationId }]);
    expect([...of(disabled), ...of(silent)]).to.deep.equal([]);
    const fetched: string[] = [];
    const fetchMetadata: FetchMetadata = async (url, take) => {
      fetched.push(url);
      take(Buffer.from(metadata(own.entityId, { acs: ['/scheduled'] })));
    };
    await refreshMetadataJob.run(scopeOf, of(own)[0], { fetchMetadata }, { isLast: true });
    expect(fetched).to.deep.equal([`${own.entityId}/metadata`]);
    expect((await own.known()).proposed).not.to.equal(undefined);
    await store.unchanged(() => refreshMetadata(store.scope, silent.applicationId, never));
  });

  it('an application that is not here is neither read nor decided on', async () => {
    const foreign = await partner(store.other);
    await foreign.says({ acs: ['/theirs'] });
    const seen = await foreign.digest();
    for (const id of [foreign.applicationId, unknownId, 'no-id'])
      for (const work of [
        () => refreshMetadata(store.scope, id, never),
        () => acceptMetadata(store.scope, id, seen),
        () => ignoreMetadata(store.scope, id, seen),
      ])
        await store.refused('not_found', work);
    const settings = await foreign.settings();
    expect(await findPartnerMetadata(store.scope, foreign.applicationId, settings)).to.equal(undefined);
  });

  it('what was found, what was decided and its event stand or fall together', async () => {
    const { applicationId, entityId, says, digest } = await partner(store.scope);
    await store.inOneTransaction((scope) => refreshMetadata(scope, applicationId, answering(metadata(entityId, { acs: ['/whole'] }))));
    await says({ acs: ['/whole'] });
    const seen = await digest();
    await store.inOneTransaction((scope) => acceptMetadata(scope, applicationId, seen));
    await store.inOneTransaction((scope) => ignoreMetadata(scope, applicationId, seen));
  });
});
