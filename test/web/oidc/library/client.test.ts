import { expect } from 'chai';
import { replaceBackchannelLogout } from '../../../../src/web/oidc/library/client-backchannel-logout.ts';
import { replaceCheckClientSecretExpiration } from '../../../../src/web/oidc/library/client-check-client-secret-expiration.ts';
import { replaceCompareClientSecret } from '../../../../src/web/oidc/library/client-compare-client-secret.ts';
import { replaceClientFind } from '../../../../src/web/oidc/library/client-find.ts';
import { librarySecret, newLibrary } from '../../../support/oidc-library.ts';
import { testKeyRing } from '../../../support/server.ts';

const keyRing = testKeyRing();
const clock = { now: () => new Date() };
const used: string[] = [];
const checks: Parameters<typeof replaceCompareClientSecret>[1] = {
  keyRing,
  clock,
  findMethod: () => 'client_secret_basic',
  noteSecretUse: (clientId: string, fingerprint: string) => void used.push(`${clientId} ${fingerprint}`),
};

describe('web/oidc/library: clients', () => {
  describe('compareClientSecret', () => {
    const fingerprint = () => keyRing.fingerprint(librarySecret, 'client-secret')[0]!;

    it('the library compares with what is stored', async () => {
      const client = await newLibrary().findClient();
      expect([client.compareClientSecret(librarySecret), client.compareClientSecret('wrong')]).to.deep.equal([true, false]);
    });

    it('Portaria compares with a fingerprint', async () => {
      const { provider, findClient } = newLibrary();
      replaceCompareClientSecret(provider, checks);
      const client = await findClient();
      client.clientSecret = fingerprint();
      expect([client.compareClientSecret(librarySecret), client.compareClientSecret(fingerprint())]).to.deep.equal([true, false]);
    });

    it('only whoever has the secret is told that it has ended', async () => {
      const { provider, findClient } = newLibrary();
      replaceCompareClientSecret(provider, checks);
      const client = await findClient();
      Object.assign(client, { clientSecret: fingerprint(), clientSecretExpiresAt: Math.floor(Date.now() / 1000) - 1 });
      expect(client.compareClientSecret('wrong')).to.equal(false);
      expect(() => client.compareClientSecret(librarySecret))
        .to.throw('invalid_client')
        .that.includes({ error_description: 'the client secret has expired', status: 401 });
    });

    it('of two secrets either is right until its end, and it is noted which', async () => {
      const { provider, findClient } = newLibrary();
      replaceCompareClientSecret(provider, checks);
      const client = await findClient();
      const former = keyRing.fingerprint('the former secret', 'client-secret')[0]!;
      const now = Math.floor(Date.now() / 1000);
      Object.assign(client, { clientSecret: fingerprint(), former_secret: { fingerprint: former, expires_at: now + 60 } });
      used.length = 0;
      for (const secret of [librarySecret, 'the former secret']) expect(client.compareClientSecret(secret), secret).to.equal(true);
      expect(used).to.deep.equal([`payroll ${fingerprint()}`, `payroll ${former}`]);
      Object.assign(client, { former_secret: { fingerprint: former, expires_at: now - 1 } });
      expect(() => client.compareClientSecret('the former secret')).to.throw('invalid_client');
      expect([client.compareClientSecret(librarySecret), client.compareClientSecret('wrong')]).to.deep.equal([true, false]);
    });
  });

  it('checkClientSecretExpiration: the library throws for whoever asks, Portaria says nothing', async () => {
    const { provider, findClient } = newLibrary({ secretExpiresAt: 1 });
    const client = await findClient();
    expect(() => client.checkClientSecretExpiration('it has ended')).to.throw();
    replaceCheckClientSecretExpiration(provider);
    expect(() => client.checkClientSecretExpiration('it has ended')).not.to.throw();
  });

  it('backchannelLogout: the library sends at once, Portaria when a job asks', async () => {
    const { provider, findClient, sent } = newLibrary();
    await (await findClient()).backchannelLogout('joao', 'sid-1');
    expect(sent.map(({ url }) => url)).to.deep.equal(['https://payroll.example/logout']);
    const send = replaceBackchannelLogout(provider);
    await (await findClient()).backchannelLogout('joao', 'sid-1');
    expect(sent, 'nothing more').to.have.length(1);
    await send('nobody', 'joao', 'sid-1');
    expect(sent, 'an unknown client is told nothing').to.have.length(1);
    await send('payroll', 'joao', 'sid-1');
    expect(sent).to.have.length(2);
    expect(sent[1]!.url).to.equal('https://payroll.example/logout');
    const claims = JSON.parse(Buffer.from(sent[1]!.body.split('.')[1]!, 'base64url').toString());
    expect(claims).to.include({ sub: 'joao', sid: 'sid-1', aud: 'payroll' });
  });

  it('Client.find: the library reads at every use, Portaria once for each client that exists', async () => {
    const { provider, findClient, reads } = newLibrary();
    await findClient();
    await findClient();
    expect(reads).to.have.length(2);
    replaceClientFind(provider, clock, { clients: new Map(), keyOf: (id) => id, isOwn: () => true });
    const client = await findClient();
    expect(await findClient()).to.equal(client);
    expect(reads).to.have.length(3);
    for (let n = 0; n < 2; n++) expect(await provider.Client.find('nobody')).to.equal(undefined);
    expect(reads, 'an unknown one is asked for again').to.have.length(5);
  });
});
